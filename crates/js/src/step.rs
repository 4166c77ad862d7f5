use entra_mfa_reset::run::{Effect, Step, StepError};
use entra_mfa_reset::{Error, Event, Intent, Report};
use serde::Serialize;

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
    NextTargets {
        id: u32,
        #[serde(rename = "atMost")]
        at_most: usize,
    },
    Begin {
        id: u32,
        intent: Intent,
    },
    Report {
        id: u32,
        report: Box<Report>,
    },
}

/// Put together by hand, so that the canonical bytes of a report pass through untouched.
pub(crate) fn to_json<T>(
    step: Result<Step<Result<T, Error>>, StepError>,
    result_json: impl Fn(&T) -> String,
) -> Result<String, Error> {
    let step = step.map_err(|error| Error::internal(format!("The {error}.")))?;
    let outcome = step.outcome.map(|outcome| match outcome {
        Ok(result) => ("ok", result_json(&result)),
        Err(error) => ("error", error_json(&error)),
    });
    let mut json = String::from("{\"effects\":[");
    for (at, (id, effect)) in step.effects.into_iter().enumerate() {
        if at > 0 {
            json.push(',');
        }
        let effect = effect_output(id.0, effect)?;
        json.push_str(&serde_json::to_string(&effect).map_err(|_| unwritable())?);
    }
    json.push_str("],\"cancelled\":[");
    for (at, id) in step.cancelled.into_iter().enumerate() {
        if at > 0 {
            json.push(',');
        }
        json.push_str(&id.0.to_string());
    }
    json.push(']');
    if let Some((name, result)) = outcome {
        json.push_str(&format!(",\"outcome\":{{\"{name}\":{result}}}"));
    }
    json.push('}');
    Ok(json)
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
        Effect::NextTargets { at_most } => EffectOutput::NextTargets { id, at_most },
        Effect::Begin(intent) => EffectOutput::Begin { id, intent },
        Effect::Report(report) => EffectOutput::Report { id, report },
    })
}

fn unwritable() -> Error {
    Error::internal("A step cannot be written as JSON.")
}
