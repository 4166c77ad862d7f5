use entra_mfa_reset::run::{Effect, Step, StepError};
use entra_mfa_reset::{Error, Event};
use serde::Serialize;
use serde_json::value::RawValue;

#[derive(Serialize)]
struct StepOutput {
    effects: Vec<EffectOutput>,
    cancelled: Vec<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<OutcomeOutput>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
enum EffectOutput {
    Send {
        id: u32,
        method: String,
        url: String,
        headers: Vec<(String, String)>,
        #[serde(skip_serializing_if = "String::is_empty")]
        body: String,
    },
    Sleep {
        id: u32,
        milliseconds: u64,
    },
    Token {
        id: u32,
        scope: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        claims: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        refused: Option<String>,
    },
    Emit {
        event: Event,
    },
}

/// Raw, so that the canonical bytes pass through untouched.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum OutcomeOutput {
    Ok(Box<RawValue>),
    Error(Box<RawValue>),
}

pub(crate) fn to_json<T>(
    step: Result<Step<Result<T, Error>>, StepError>,
    result_json: impl Fn(&T) -> String,
) -> Result<String, Error> {
    let step = step.map_err(|error| Error::internal(format!("The {error}.")))?;
    let outcome = match step.outcome {
        None => None,
        Some(Ok(result)) => Some(OutcomeOutput::Ok(raw(result_json(&result))?)),
        Some(Err(error)) => Some(OutcomeOutput::Error(raw(error_json(&error))?)),
    };
    let effects = step.effects.into_iter().map(|(id, effect)| effect_output(id.0, effect)).collect::<Result<_, _>>()?;
    let cancelled = step.cancelled.into_iter().map(|id| id.0).collect();
    serde_json::to_string(&StepOutput { effects, cancelled, outcome }).map_err(|_| unwritable())
}

pub(crate) fn error_json(error: &Error) -> String {
    // Strings, numbers and booleans only: nothing that serde_json could refuse.
    serde_json::to_string(error).unwrap_or_default()
}

fn effect_output(id: u32, effect: Effect) -> Result<EffectOutput, Error> {
    Ok(match effect {
        Effect::Send(request) => {
            let (head, body) = request.into_parts();
            let mut headers = Vec::with_capacity(head.headers.len());
            for (name, value) in &head.headers {
                let value = value.to_str().map_err(|_| unwritable())?;
                headers.push((name.as_str().to_owned(), value.to_owned()));
            }
            let body = String::from_utf8(body.to_vec()).map_err(|_| unwritable())?;
            EffectOutput::Send { id, method: head.method.to_string(), url: head.uri.to_string(), headers, body }
        }
        Effect::Sleep(duration) => {
            EffectOutput::Sleep { id, milliseconds: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX) }
        }
        Effect::Token(request) => EffectOutput::Token {
            id,
            scope: request.scope,
            claims: request.claims,
            refused: request.refused.map(|token| token.expose().to_owned()),
        },
        Effect::Emit(event) => EffectOutput::Emit { event },
    })
}

fn raw(json: String) -> Result<Box<RawValue>, Error> {
    RawValue::from_string(json).map_err(|_| unwritable())
}

fn unwritable() -> Error {
    Error::internal("A step cannot be written as JSON.")
}
