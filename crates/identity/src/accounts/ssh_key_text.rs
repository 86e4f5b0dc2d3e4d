//! Public SSH keys as OpenSSH writes them, `type base64 comment`, read to the last byte.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use sha2::{Digest, Sha256};

const LONGEST: usize = 16 * 1024;
/// The sizes of RSA keys that are taken, in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=16_384;

/// A key that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// `type base64`, with the comment behind it if there is one.
    pub text: String,
    /// `SHA256:…`, as ssh-keygen shows it.
    pub fingerprint: String,
    pub comment: String,
}

/// Reads a key.
///
/// # Errors
/// What is wrong with it; the text never repeats it, since it may be a private one.
pub fn parse(text: &str) -> Result<PublicKey, String> {
    let text = text.trim();
    if text.contains("PRIVATE KEY") {
        return Err(
            "this is a private key: keep it to yourself, and send the public one (the file that ends with .pub)".into(),
        );
    }
    if text.len() > LONGEST || text.contains(['\n', '\r']) || text.chars().any(char::is_control) {
        return Err(format!("a public key is one line of at most {LONGEST} bytes"));
    }
    let mut words = text.split_whitespace();
    let kind = words.next().ok_or("the key is empty")?;
    let form = Form::of(kind)?;
    let encoded = words.next().ok_or("behind the type of the key has to stand the key, in base64")?;
    let bytes = STANDARD.decode(encoded).map_err(|_| "the key is no base64: it may be cut off")?;
    let mut fields = Fields(&bytes);
    if fields.next()? != kind.as_bytes() {
        return Err(format!("the key itself is not of the type {kind} that stands before it"));
    }
    form.check(&mut fields)?;
    if !fields.0.is_empty() {
        return Err("there is more behind the key than belongs to it".into());
    }
    let comment = words.collect::<Vec<_>>().join(" ");
    Ok(PublicKey {
        text: format!("{kind} {encoded} {comment}").trim_end().to_owned(),
        fingerprint: format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(&bytes))),
        comment,
    })
}

/// What a type of key is made of.
#[derive(Clone, Copy)]
enum Form {
    Ed25519 {
        hardware: bool,
    },
    Rsa,
    /// The curve, and the length of a point on it in bytes.
    Ecdsa {
        curve: &'static str,
        point: usize,
        hardware: bool,
    },
}

impl Form {
    fn of(kind: &str) -> Result<Form, String> {
        Ok(match kind {
            "ssh-ed25519" => Form::Ed25519 { hardware: false },
            "sk-ssh-ed25519@openssh.com" => Form::Ed25519 { hardware: true },
            "ssh-rsa" => Form::Rsa,
            "ecdsa-sha2-nistp256" => Form::Ecdsa { curve: "nistp256", point: 65, hardware: false },
            "ecdsa-sha2-nistp384" => Form::Ecdsa { curve: "nistp384", point: 97, hardware: false },
            "ecdsa-sha2-nistp521" => Form::Ecdsa { curve: "nistp521", point: 133, hardware: false },
            "sk-ecdsa-sha2-nistp256@openssh.com" => Form::Ecdsa { curve: "nistp256", point: 65, hardware: true },
            "ssh-dss" => return Err("DSA keys are too weak to be taken: make an ssh-ed25519 key".into()),
            _ => {
                return Err(
                    "the key has to begin with its type: ssh-ed25519, ssh-rsa, ecdsa-sha2-nistp256 (384, 521), or \
                            the sk- forms of hardware keys"
                        .into(),
                );
            }
        })
    }

    fn check(self, fields: &mut Fields<'_>) -> Result<(), String> {
        let hardware = match self {
            Form::Ed25519 { hardware } => {
                if fields.next()?.len() != 32 {
                    return Err("an ed25519 key has 32 bytes".into());
                }
                hardware
            }
            Form::Rsa => {
                let exponent = fields.next()?;
                if bits(exponent) < 2 {
                    return Err("the exponent of the RSA key is none".into());
                }
                let size = bits(fields.next()?);
                if !RSA_BITS.contains(&size) {
                    return Err(format!(
                        "an RSA key has to have {} to {} bits; this one has {size}",
                        RSA_BITS.start(),
                        RSA_BITS.end()
                    ));
                }
                false
            }
            Form::Ecdsa { curve, point, hardware } => {
                if fields.next()? != curve.as_bytes() {
                    return Err(format!("the key is not on the curve {curve}"));
                }
                let found = fields.next()?;
                if found.len() != point || found[0] != 4 {
                    return Err(format!("a point on {curve} has {point} bytes"));
                }
                hardware
            }
        };
        if hardware && fields.next()?.is_empty() {
            return Err("the key of the hardware names no application".into());
        }
        Ok(())
    }
}

/// The fields of a key, each with its length in four bytes before it.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn next(&mut self) -> Result<&'a [u8], String> {
        let cut = || "the key is cut off".to_owned();
        let (length, rest) = self.0.split_first_chunk::<4>().ok_or_else(cut)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| cut())?;
        let (field, rest) = rest.split_at_checked(length).ok_or_else(cut)?;
        self.0 = rest;
        Ok(field)
    }
}

/// How many bits a number has.
fn bits(number: &[u8]) -> usize {
    let significant = number.iter().position(|byte| *byte != 0).map_or(&[][..], |first| &number[first..]);
    significant.first().map_or(0, |first| significant.len() * 8 - first.leading_zeros() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key of this type with these fields.
    pub fn key(kind: &str, fields: &[&[u8]]) -> String {
        let mut bytes = Vec::new();
        for field in std::iter::once(&kind.as_bytes()).chain(fields) {
            bytes.extend((field.len() as u32).to_be_bytes());
            bytes.extend_from_slice(field);
        }
        format!("{kind} {}", STANDARD.encode(bytes))
    }

    #[test]
    fn keys_of_every_type_are_read() {
        let made = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICtdmoZLXmXVmVKPHqzvEaDX6qNEQVVKbIiJUuzGtQXL ada@laptop  home";
        let read = parse(made).unwrap();
        assert_eq!(read.comment, "ada@laptop home");
        assert!(read.fingerprint.starts_with("SHA256:") && read.fingerprint.len() == 50, "{}", read.fingerprint);
        let mut modulus = vec![0; 257];
        modulus[1] = 0x80;
        let mut point = vec![7; 65];
        point[0] = 4;
        for (kind, fields) in [
            ("ssh-rsa", vec![&[1, 0, 1][..], &modulus]),
            ("ecdsa-sha2-nistp256", vec![&b"nistp256"[..], &point]),
            ("sk-ssh-ed25519@openssh.com", vec![&[1; 32][..], b"ssh:"]),
            ("sk-ecdsa-sha2-nistp256@openssh.com", vec![&b"nistp256"[..], &point, b"ssh:"]),
        ] {
            let text = key(kind, &fields);
            assert_eq!(parse(&text).map(|read| read.text), Ok(text), "{kind}");
        }
    }

    #[test]
    fn what_is_no_public_key_is_refused() {
        let ed = key("ssh-ed25519", &[&[1; 32]]);
        for text in [
            String::new(),
            "hello".into(),
            "ssh-ed25519".into(),
            "ssh-ed25519 !!!".into(),
            ed[..ed.len() - 4].to_owned(),
            format!("command=\"sh\" {ed}"),
            ed.replace("ssh-ed25519 ", "ssh-rsa "),
            format!("{ed}\nssh-ed25519 x"),
            key("ssh-ed25519", &[&[1; 31]]),
            key("ssh-ed25519", &[&[1; 32], b"more"]),
            key("ssh-rsa", &[&[1, 0, 1], &[0xff; 128]]),
            key("ssh-dss", &[&[1; 32]]),
            key("ecdsa-sha2-nistp256", &[b"nistp384", &[4; 65]]),
            "-----BEGIN OPENSSH PRIVATE KEY-----\nabc".into(),
        ] {
            assert!(parse(&text).is_err(), "{text}");
        }
    }
}
