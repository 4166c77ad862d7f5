//! Which users a run has taken on already.

use crate::error::{Error, ErrorCode};
use crate::graph::UserName;
use std::cell::RefCell;

/// Drawers for the ids. A hundred thousand users leave a hundred in each, which is nothing to look through.
const DRAWERS: usize = 1024;

/// Every object id of the run, sixteen bytes each, and the names of those who are in flight.
pub(crate) struct Seen {
    ids: RefCell<Vec<Vec<u128>>>,
    names: RefCell<Vec<(u32, String)>>,
}

impl Default for Seen {
    fn default() -> Self {
        Seen { ids: RefCell::new(vec![Vec::new(); DRAWERS]), names: RefCell::default() }
    }
}

impl Seen {
    /// Takes a user on under the name that was given. Of two that are the same the first one counts.
    pub(crate) fn enter(&self, place: u32, name: &UserName) -> Result<(), Error> {
        match name {
            UserName::Id(id) => self.claim(id),
            UserName::PrincipalName(name) => {
                let mut names = self.names.borrow_mut();
                if names.iter().any(|(_, other)| other.eq_ignore_ascii_case(name)) {
                    return Err(twice());
                }
                names.push((place, name.clone()));
                Ok(())
            }
        }
    }

    /// Takes an object id on, once it is known.
    pub(crate) fn claim(&self, id: &str) -> Result<(), Error> {
        let digits = id.bytes().filter_map(|byte| char::from(byte).to_digit(16));
        let number = digits.fold(0_u128, |number, digit| number << 4 | u128::from(digit));
        let mut ids = self.ids.borrow_mut();
        // The end of an id is random, whatever kind it is of.
        let Some(drawer) = ids.get_mut(number as usize % DRAWERS) else { return Ok(()) };
        if drawer.contains(&number) {
            return Err(twice());
        }
        drawer.push(number);
        Ok(())
    }

    pub(crate) fn leave(&self, place: u32) {
        self.names.borrow_mut().retain(|(other, _)| *other != place);
    }
}

fn twice() -> Error {
    Error::new(
        ErrorCode::DuplicateUser,
        "the user is named more than once in this run, and is done once",
        "See the other report about the same user.",
    )
}
