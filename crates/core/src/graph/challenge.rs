//! What continuous access evaluation asks a new token to say.

use super::answer;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::Value;

/// The longest that is passed on, in bytes. Microsoft's have some hundred.
const LONGEST: usize = 4096;

/// The claims of a challenge, decoded: one JSON object in printable ASCII, or nothing. They go to the identity library,
/// into errors, and from there into a header.
pub(super) fn claims(challenge: &str) -> Option<String> {
    let (_, rest) = challenge.split_once("claims=\"")?;
    let (encoded, _) = rest.split_once('"')?;
    let urlsafe = encoded.trim_end_matches('=').replace('+', "-").replace('/', "_");
    let text = String::from_utf8(Base64UrlUnpadded::decode_vec(&urlsafe).ok()?).ok()?;
    let printable = text.len() <= LONGEST && text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    (printable && matches!(answer::parse(text.as_bytes()), Some(Value::Object(_)))).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64ct::Base64;

    fn read(claims: &str) -> Option<String> {
        let encoded = Base64::encode_string(claims.as_bytes());
        super::claims(&format!("Bearer realm=\"\", error=\"insufficient_claims\", claims=\"{encoded}\""))
    }

    #[test]
    fn claims_are_an_object_and_nothing_that_a_log_or_a_header_would_trip_over() {
        let asked = r#"{"access_token":{"nbf":{"essential":true, "value":"1795251600"}}}"#;
        assert_eq!(read(asked).as_deref(), Some(asked));
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(LONGEST));
        for odd in ["", "x", "[]", "\"a\"", "{\"a\":1}\r\nSet-Cookie: a=b", "{\n}", "{\"a\":\"\u{202e}\"}", &long] {
            assert_eq!(read(odd), None, "{odd}");
        }
        for odd in ["Bearer", "Bearer claims=\"", "Bearer claims=\"e30", "Bearer claims=\"{}\"", "Bearer claims=e30"] {
            assert_eq!(super::claims(odd), None, "{odd}");
        }
        assert_eq!(super::claims("Bearer claims=\"e30=\"").as_deref(), Some("{}"));
    }
}
