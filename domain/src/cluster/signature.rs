//! What a server passes on to another is signed with the key that they share, so that nobody else can say in whose name
//! a request comes.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::{ClusterKey, ServerId};
use crate::error::Result;
use crate::keyrack::Keyrack;

/// A signature is taken for so long, in milliseconds of the clock that the servers share.
const VALID_MILLIS: i64 = 30_000;

/// What is signed of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed<'a> {
    pub from: &'a str,
    pub to: &'a str,
    /// Milliseconds of the shared clock.
    pub at: i64,
    /// The path of the door that it comes through.
    pub door: &'a str,
    /// The client's address and user agent.
    pub client: &'a str,
    pub agent: &'a str,
    /// What the client proves itself with.
    pub credential: &'a [u8],
    pub body: &'a [u8],
}

impl Passed<'_> {
    fn mac(&self, key: &ClusterKey) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(key.bytes()).expect("a key of any length is one");
        let at = self.at.to_string();
        let (credential, body) = (Sha256::digest(self.credential), Sha256::digest(self.body));
        let parts: [&[u8]; 9] = [
            b"keyrack passes on 1",
            self.from.as_bytes(),
            self.to.as_bytes(),
            at.as_bytes(),
            self.door.as_bytes(),
            self.client.as_bytes(),
            self.agent.as_bytes(),
            &credential,
            &body,
        ];
        for part in parts {
            // With its length, so that nothing can be moved from one part to the next.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac
    }
}

impl Keyrack {
    /// Whether there can be other servers, and this one has joined them.
    pub fn may_have_others(&self) -> bool {
        self.server_id().is_some() && self.store.dialect() == crate::store::Dialect::Postgres
    }

    /// The signature of what this server passes on; `None` before it has joined the others.
    pub fn sign_passed(&self, passed: &Passed<'_>) -> Option<String> {
        Some(hex::encode(passed.mac(self.cluster_key()?).finalize().into_bytes()))
    }

    /// Whether another server on this database has passed this on, to this one and just now.
    ///
    /// # Errors
    /// From the database.
    pub async fn was_passed(&self, passed: &Passed<'_>, signature: &str) -> Result<bool> {
        let (Some(key), Some(me)) = (self.cluster_key(), self.server_id()) else { return Ok(false) };
        let Ok(signature) = hex::decode(signature) else { return Ok(false) };
        let signed = passed.mac(key).verify_slice(&signature).is_ok();
        if !signed || *me != ServerId::new(passed.to) {
            return Ok(false);
        }
        Ok((self.shared_now().await? - passed.at).abs() <= VALID_MILLIS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_signed() {
        let key = ClusterKey::new(&[7; 32]);
        let passed = Passed {
            from: "a",
            to: "b",
            at: 1,
            door: "/d",
            client: "192.0.2.1",
            agent: "curl",
            credential: b"krp",
            body: b"x=1",
        };
        let tag = passed.mac(&key).finalize().into_bytes();
        let fits = |other: &Passed<'_>, key: &ClusterKey| other.mac(key).verify_slice(&tag).is_ok();
        assert!(fits(&passed, &key));
        assert!(!fits(&passed, &ClusterKey::new(&[8; 32])));
        for other in [
            Passed { from: "b", ..passed.clone() },
            Passed { to: "a", ..passed.clone() },
            Passed { at: 2, ..passed.clone() },
            Passed { door: "/e", ..passed.clone() },
            Passed { client: "192.0.2.2", ..passed.clone() },
            Passed { agent: "", ..passed.clone() },
            Passed { credential: b"kr", ..passed.clone() },
            Passed { body: b"x=2", ..passed.clone() },
            Passed { client: "192.0.2.1c", agent: "url", ..passed.clone() },
        ] {
            assert!(!fits(&other, &key), "{other:?}");
        }
    }
}
