use entra_mfa_reset::Error;
use entra_mfa_reset::run::{Effect, EffectId, Step, StepError};
use serde::Serialize;

/// A step as JSON. Put together by hand, so that the canonical bytes of a report pass through untouched, and because
/// what serde derives for the effects weighs more than the effects.
pub(crate) fn to_json<T>(
    step: Result<Step<Result<T, Error>>, StepError>,
    result_json: impl FnOnce(&T) -> String,
) -> Result<String, Error> {
    let Step { effects, cancelled, outcome } = step.map_err(|error| Error::internal(format!("The {error}.")))?;
    write(effects, cancelled, outcome.map(|outcome| outcome.map(|result| result_json(&result))))
}

/// Apart from its generic caller, so that it stands once in the wasm.
#[inline(never)]
fn write(
    effects: Vec<(EffectId, Effect)>,
    cancelled: Vec<EffectId>,
    outcome: Option<Result<String, Error>>,
) -> Result<String, Error> {
    let mut json = String::from("{\"effects\":[");
    for (at, (id, effect)) in effects.into_iter().enumerate() {
        if at > 0 {
            json.push(',');
        }
        write_effect(&mut json, id.0, effect)?;
    }
    json.push_str("],\"cancelled\":[");
    for (at, id) in cancelled.into_iter().enumerate() {
        if at > 0 {
            json.push(',');
        }
        json.push_str(&id.0.to_string());
    }
    json.push(']');
    match outcome {
        Some(Ok(result)) => field(&mut json, "outcome", &format!("{{\"ok\":{result}}}")),
        Some(Err(error)) => field(&mut json, "outcome", &format!("{{\"error\":{}}}", error_json(&error))),
        None => {}
    }
    json.push('}');
    Ok(json)
}

pub(crate) fn error_json(error: &Error) -> String {
    // Strings, numbers and booleans only: nothing that serde_json could refuse.
    serde_json::to_string(error).unwrap_or_default()
}

fn write_effect(json: &mut String, id: u32, effect: Effect) -> Result<(), Error> {
    let name = match &effect {
        Effect::Send(_) => "send",
        Effect::Sleep(_) => "sleep",
        Effect::Token(_) => "token",
        Effect::Assertion(_) => "assertion",
        Effect::Emit(_) => "emit",
        Effect::NextTargets { .. } => "nextTargets",
        Effect::Begin(_) => "begin",
        Effect::Report(_) => "report",
    };
    json.push_str(&format!("{{\"type\":\"{name}\",\"id\":{id}"));
    match effect {
        Effect::Send(request) => {
            let (head, body) = request.into_parts();
            field(json, "method", &text(head.method.as_str())?);
            field(json, "url", &text(&head.uri.to_string())?);
            let mut headers = String::from("[");
            for (name, value) in &head.headers {
                let value = value.to_str().map_err(|_| unwritable())?;
                let comma = if headers.len() > 1 { "," } else { "" };
                headers.push_str(&format!("{comma}[{},{}]", text(name.as_str())?, text(value)?));
            }
            headers.push(']');
            field(json, "headers", &headers);
            if !body.is_empty() {
                field(json, "body", &text(std::str::from_utf8(&body).map_err(|_| unwritable())?)?);
            }
        }
        Effect::Sleep(duration) => {
            let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
            field(json, "milliseconds", &milliseconds.to_string());
        }
        Effect::Token(request) => {
            field(json, "scope", &text(&request.scope)?);
            if let Some(claims) = &request.claims {
                field(json, "claims", &text(claims)?);
            }
            if let Some(token) = &request.refused {
                field(json, "refused", &text(token.expose())?);
            }
        }
        Effect::Assertion(request) => field(json, "audience", &text(&request.audience)?),
        Effect::Emit(event) => field(json, "event", &value(&event)?),
        Effect::NextTargets { at_most } => field(json, "atMost", &at_most.to_string()),
        Effect::Begin(intent) => field(json, "intent", &value(&intent)?),
        Effect::Report(report) => field(json, "report", &report.to_json()),
    }
    json.push('}');
    Ok(())
}

fn field(json: &mut String, name: &str, value: &str) {
    json.push_str(",\"");
    json.push_str(name);
    json.push_str("\":");
    json.push_str(value);
}

fn text(text: &str) -> Result<String, Error> {
    value(&text)
}

fn value(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|_| unwritable())
}

fn unwritable() -> Error {
    Error::internal("A step cannot be written as JSON.")
}
