//! Input as JSON, read field by field. What is wrong is named, and a field that nobody asks for is refused: a misspelt
//! one would be a reset that does something else. Code that serde derives for the same types weighs twenty times as
//! much in the wasm.

use crate::error::Error;
use crate::graph::Object;
use serde_json::Value;

/// The fields of one object that have not been read yet.
pub(crate) struct Fields {
    what: &'static str,
    left: Object,
}

impl Fields {
    pub(crate) fn parse(text: &str, what: &'static str) -> Result<Fields, Error> {
        match serde_json::from_str(text) {
            Ok(value) => Fields::of(value, what),
            Err(error) => {
                Err(invalid(what, &format!("it is no JSON (line {}, column {})", error.line(), error.column())))
            }
        }
    }

    pub(crate) fn of(value: Value, what: &'static str) -> Result<Fields, Error> {
        match value {
            Value::Object(left) => Ok(Fields { what, left }),
            _ => Err(invalid(what, "it is no object")),
        }
    }

    /// Absent and `null` are the same.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.left.remove(name).filter(|value| !value.is_null())
    }

    pub(crate) fn refuse(&self, name: &str, expected: &str) -> Error {
        invalid(self.what, &format!("`{name}` is not {expected}"))
    }

    /// As `refuse`, for a word that is none of those that are known.
    pub(crate) fn refuse_word(&self, name: &str, word: &str, expected: &str) -> Error {
        invalid(self.what, &format!("`{name}` has `{}`, which is not {expected}", short(word)))
    }

    pub(crate) fn missing(&self, name: &str) -> Error {
        invalid(self.what, &format!("`{name}` is missing"))
    }

    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, Error> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.refuse(name, "text")),
        }
    }

    pub(crate) fn flag(&mut self, name: &str) -> Result<Option<bool>, Error> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(_) => Err(self.refuse(name, "true or false")),
        }
    }

    pub(crate) fn number(&mut self, name: &str) -> Result<Option<u32>, Error> {
        match self.take(name) {
            None => Ok(None),
            Some(value) => match value.as_u64().and_then(|number| u32::try_from(number).ok()) {
                Some(number) => Ok(Some(number)),
                None => Err(self.refuse(name, "a whole number that is not negative")),
            },
        }
    }

    pub(crate) fn list(&mut self, name: &str) -> Result<Option<Vec<Value>>, Error> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Array(items)) => Ok(Some(items)),
            Some(_) => Err(self.refuse(name, "a list")),
        }
    }

    pub(crate) fn texts(&mut self, name: &str) -> Result<Option<Vec<String>>, Error> {
        let Some(items) = self.list(name)? else { return Ok(None) };
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Value::String(text) => texts.push(text),
                _ => return Err(self.refuse(name, "a list of texts")),
            }
        }
        Ok(Some(texts))
    }

    pub(crate) fn end(self) -> Result<(), Error> {
        match self.left.keys().next() {
            Some(name) => Err(invalid(self.what, &format!("there is no field `{}`", short(name)))),
            None => Ok(()),
        }
    }
}

/// Enough of a text to recognise it by.
fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

fn invalid(what: &str, why: &str) -> Error {
    Error::invalid(
        format!("{what} is not valid: {why}"),
        "Correct the field that the message names; the README lists every field with its values.",
    )
}

/// `from_json`, and for serde's sake the same through a value.
macro_rules! from_json {
    ($($type:ty: $what:literal),*) => {$(
        impl $type {
            /// Reads it from JSON.
            ///
            /// # Errors
            /// `invalidInput`, naming the field.
            pub fn from_json(text: &str) -> Result<Self, $crate::error::Error> {
                Self::read($crate::fields::Fields::parse(text, $what)?)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = serde_json::Value::deserialize(deserializer)?;
                let read = $crate::fields::Fields::of(value, $what).and_then(Self::read);
                read.map_err(|error| serde::de::Error::custom(error.message))
            }
        }
    )*};
}

pub(crate) use from_json;
