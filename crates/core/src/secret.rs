//! Secrets: plain ones that are handed out once, and the hashes that are kept. Two types, and neither prints itself.

use ring::digest::{SHA256, digest};

use crate::world::World;
use keyrack_types::ids::UserId;

const PREFIX: &str = "krp_";
const RANDOM_CHARS: usize = 32;
const CHECK_CHARS: usize = 6;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SESSION_RANDOM_BYTES: usize = 16;

/// A secret in plain. Exists from the request that made or brought it to its answer, and nowhere else.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// SHA-256 of a secret. The secrets are long and random, so a fast hash is enough, and it may be looked up.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretHash([u8; 32]);

impl Secret {
    /// A new token secret: `krp_`, 32 random base62 characters (190 bits), 6 base62 characters of their CRC-32.
    pub fn new_token(world: &World) -> Secret {
        let random = random_base62(world, RANDOM_CHARS);
        let check = check_chars(&random).map(char::from).iter().collect::<String>();
        Secret(format!("{PREFIX}{random}{check}"))
    }

    /// A new session value of the platform's form: the user's number in hex, `x`, 32 hex digits.
    pub fn new_session(world: &World, user: UserId) -> Secret {
        let random: [u8; SESSION_RANDOM_BYTES] = world.random();
        Secret(format!("{:x}x{}", user.0, hex::encode(random)))
    }

    /// A value that a client presented and that was found to be right.
    pub fn presented(value: &str) -> Secret {
        Secret(value.to_owned())
    }

    /// A new value for a link that works once: 32 random base62 characters.
    pub fn new_link(world: &World) -> Secret {
        Secret(random_base62(world, RANDOM_CHARS))
    }

    /// A new password of 20 base62 characters.
    pub fn new_password(world: &World) -> Secret {
        Secret(random_base62(world, 20))
    }

    /// The value itself, for the one answer that tells it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(&self.0)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl SecretHash {
    /// The hash of a presented value. The greatest part of a known token's check, so it is computed with the library whose
    /// SHA-256 is fast also on processors without instructions for it.
    pub fn of(value: &str) -> SecretHash {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, value.as_bytes()).as_ref());
        SecretHash(hash)
    }

    /// For storing.
    pub fn to_vec(self) -> Vec<u8> {
        self.0.to_vec()
    }

    /// From the store; `None` when it is damaged.
    pub fn from_stored(bytes: &[u8]) -> Option<SecretHash> {
        bytes.try_into().ok().map(SecretHash)
    }
}

impl std::fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

/// Which kind of credential a presented value can be, by its shape alone: noise and typing slips cost no look-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `krp_…` with a checksum that fits.
    Token,
    /// hex, `x`, 32 hex digits.
    Session,
    /// Neither.
    Noise,
}

/// Looks at the shape of a presented credential.
pub fn shape(value: &str) -> Shape {
    if let Some(body) = value.strip_prefix(PREFIX) {
        let fits = body.len() == RANDOM_CHARS + CHECK_CHARS
            && body.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && check_chars(&body[..RANDOM_CHARS]) == body.as_bytes()[RANDOM_CHARS..];
        return if fits { Shape::Token } else { Shape::Noise };
    }
    match value.split_once('x') {
        Some((user, random))
            if (1..=16).contains(&user.len())
                && random.len() == SESSION_RANDOM_BYTES * 2
                && [user, random].iter().all(|part| part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))) =>
        {
            Shape::Session
        }
        _ => Shape::Noise,
    }
}

fn random_base62(world: &World, count: usize) -> String {
    let mut text = String::with_capacity(count);
    while text.len() < count {
        let bytes: [u8; 64] = world.random();
        // Bytes of 248 and above are thrown away, or the first eight characters would come more often.
        let chars = bytes.iter().filter(|byte| **byte < 248).map(|byte| char::from(BASE62[usize::from(byte % 62)]));
        text.extend(chars.take(count - text.len()));
    }
    text
}

fn check_chars(random: &str) -> [u8; CHECK_CHARS] {
    let mut rest = crc32fast::hash(random.as_bytes());
    let mut chars = [b'0'; CHECK_CHARS];
    for place in chars.iter_mut().rev() {
        *place = BASE62[(rest % 62) as usize];
        rest /= 62;
    }
    chars
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_token_has_the_published_shape() {
        let secret = Secret::new_token(&World::system());
        assert_eq!(secret.as_str().len(), 42);
        assert_eq!(shape(secret.as_str()), Shape::Token);
        assert_ne!(secret, Secret::new_token(&World::system()));
    }

    #[test]
    fn any_changed_character_is_noise() {
        let secret = Secret::new_token(&World::system());
        for at in 0..secret.as_str().len() {
            let mut bytes = secret.as_str().as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'q' { b'p' } else { b'q' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(shape(&changed), Shape::Noise, "{at}");
        }
    }

    #[test]
    fn sessions_and_noise_are_told_apart() {
        let session = Secret::new_session(&World::system(), UserId(1163));
        assert!(session.as_str().starts_with("48bx"));
        assert_eq!(shape(session.as_str()), Shape::Session);
        for noise in ["", "x", "krp_", "48bx123", "48Bx0123456789abcdef0123456789abcdef", "ключ", "krp_\u{e9}"] {
            assert_eq!(shape(noise), Shape::Noise, "{noise}");
        }
    }

    #[test]
    fn no_secret_prints_itself() {
        let secret = Secret::new_token(&World::system());
        let printed = format!("{secret:?} {:?}", secret.hash());
        assert_eq!(printed, "Secret(…) SecretHash(…)");
    }
}
