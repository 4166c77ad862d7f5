use crate::clock;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// The OID of RSA keys, 1.2.840.113549.1.1.1, as DER.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OBJECT_IDENTIFIER: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

/// A public RSA key, in an X.509 certificate or alone.
///
/// In a seed it is a string: PEM (`CERTIFICATE` or `PUBLIC KEY`), or the base64 of the same DER.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey {
    text: String,
    /// The certificate, or the `SubjectPublicKeyInfo`.
    pub(crate) der: Vec<u8>,
    /// The `RSAPublicKey` in it.
    pub(crate) key: Vec<u8>,
    /// Of a certificate: from when until when, in milliseconds of Unix time.
    pub(crate) validity: Option<(u64, u64)>,
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> String {
        key.text
    }
}

impl TryFrom<String> for PublicKey {
    type Error = &'static str;

    fn try_from(text: String) -> Result<PublicKey, &'static str> {
        let encoded = match text.split_once("-----BEGIN ") {
            None => text.as_str(),
            Some((_, rest)) => {
                let (label, rest) = rest.split_once("-----").ok_or("a key is cut off")?;
                if label != "CERTIFICATE" && label != "PUBLIC KEY" {
                    return Err("a key is neither a CERTIFICATE nor a PUBLIC KEY");
                }
                rest.split_once("-----END").ok_or("a key is cut off")?.0
            }
        };
        let encoded: String = encoded.split_whitespace().collect();
        let der = STANDARD.decode(encoded).map_err(|_| "a key is not base64")?;
        let (key, validity) = read(&der).ok_or("a key is not of RSA, or no DER")?;
        let key = key.to_vec();
        Ok(PublicKey { text, der, key, validity })
    }
}

/// One element off the front, with the contents of the expected one.
fn element(input: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = input.split_first()?;
    let (&length, rest) = rest.split_first()?;
    let (length, rest) = match usize::from(length) {
        short @ 0..0x80 => (short, rest),
        long => {
            let (digits, rest) = rest.split_at_checked(long - 0x80).filter(|(digits, _)| digits.len() <= 4)?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
    };
    let (contents, rest) = rest.split_at_checked(length)?;
    Some((tag, contents, rest))
}

fn expect(tag: u8, input: &[u8]) -> Option<(&[u8], &[u8])> {
    element(input).filter(|(found, _, _)| *found == tag).map(|(_, contents, rest)| (contents, rest))
}

type Validity = Option<(u64, u64)>;

/// The key of a certificate or of a `SubjectPublicKeyInfo`, which begins with an algorithm instead.
fn read(der: &[u8]) -> Option<(&[u8], Validity)> {
    let (whole, _) = expect(SEQUENCE, der)?;
    let (first, _) = expect(SEQUENCE, whole)?;
    if first.first() == Some(&OBJECT_IDENTIFIER) {
        return Some((rsa_key(whole)?, None));
    }
    let rest = expect(VERSION, first).map_or(first, |(_, rest)| rest);
    let (_, rest) = expect(INTEGER, rest)?;
    let (_, rest) = expect(SEQUENCE, rest)?;
    let (_, rest) = expect(SEQUENCE, rest)?;
    let (validity, rest) = expect(SEQUENCE, rest)?;
    let (from, until) = moment(validity)?;
    let (until, _) = moment(until)?;
    let (_, rest) = expect(SEQUENCE, rest)?;
    let (info, _) = expect(SEQUENCE, rest)?;
    Some((rsa_key(info)?, Some((from, until))))
}

/// The `RSAPublicKey` of a `SubjectPublicKeyInfo`'s contents.
fn rsa_key(info: &[u8]) -> Option<&[u8]> {
    let (algorithm, rest) = expect(SEQUENCE, info)?;
    let (algorithm, _) = expect(OBJECT_IDENTIFIER, algorithm)?;
    let (bits, _) = expect(BIT_STRING, rest)?;
    let key = bits.strip_prefix(&[0])?;
    (algorithm == RSA && expect(SEQUENCE, key).is_some()).then_some(key)
}

/// `YYMMDDhhmmssZ`, where years below 50 are of this century, or `YYYYMMDDhhmmssZ`.
fn moment(input: &[u8]) -> Option<(u64, &[u8])> {
    let (tag, text, rest) = element(input)?;
    let text = std::str::from_utf8(text).ok().filter(|text| text.is_ascii())?;
    let text = match tag {
        UTC_TIME if text >= "50" => format!("19{text}"),
        UTC_TIME => format!("20{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let part = |range: std::ops::Range<usize>| text.get(range);
    let text = format!(
        "{}-{}-{}T{}:{}:{}",
        part(0..4)?,
        part(4..6)?,
        part(6..8)?,
        part(8..10)?,
        part(10..12)?,
        text.get(12..)?
    );
    Some((clock::parse(&text)?, rest))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const CERTIFICATE: &str = include_str!("../tests/keys/app-certificate.pem");

    #[test]
    fn reads_certificates_and_keys() {
        let certificate = PublicKey::try_from(CERTIFICATE.to_owned()).unwrap();
        assert_eq!(certificate.validity, Some((1_767_225_600_000, 2_082_758_400_000)));
        let alone = include_str!("../tests/keys/issuer-public-key.pem").to_owned();
        let key = PublicKey::try_from(alone.clone()).unwrap();
        assert_eq!((key.validity, key.key.len()), (None, certificate.key.len()));
        assert_eq!(String::from(key.clone()), alone);
        let encoded = PublicKey::try_from(STANDARD.encode(&key.der)).unwrap();
        assert_eq!(encoded.key, key.key);
    }

    #[test]
    fn anything_else_is_told() {
        let cut = &CERTIFICATE[..CERTIFICATE.len() / 2];
        for text in [cut, "", "c2VjcmV0", "no base64", include_str!("../tests/keys/app-key.pem")] {
            assert!(PublicKey::try_from(text.to_owned()).is_err(), "{text}");
        }
        let whole = PublicKey::try_from(CERTIFICATE.to_owned()).unwrap().der;
        for length in 0..whole.len() {
            assert!(PublicKey::try_from(STANDARD.encode(&whole[..length])).is_err(), "{length}");
        }
    }
}
