//! What a server passes on to another is signed with the key that they share, so that nobody else can say in whose name
//! a request comes. A signature counts once.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::state::{ClusterKey, VALID_MILLIS};
use crate::core::Core;
use crate::error::{Error, Result};
use crate::ids::ServerId;

/// What is signed of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed<'a> {
    /// The path of the door that it comes through.
    pub door: &'a str,
    /// The client's address and user agent; empty when a server asks for itself.
    pub client: &'a str,
    pub agent: &'a str,
    /// What the client proves itself with.
    pub credential: &'a [u8],
    /// What the file that follows the body is called, its size and its hash; empty when none follows.
    pub file: &'a str,
    pub body: &'a [u8],
}

/// Who signed a request, for whom, when, and the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub from: String,
    pub to: String,
    /// Milliseconds of the shared clock.
    pub at: i64,
    /// Tells two requests apart that are the same otherwise.
    pub nonce: String,
    /// Hexadecimal digits.
    pub signature: String,
}

impl Stamp {
    fn mac(&self, key: &ClusterKey, passed: &Passed<'_>) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(key.bytes()).expect("a key of any length is one");
        let at = self.at.to_string();
        let (credential, body) = (Sha256::digest(passed.credential), Sha256::digest(passed.body));
        let parts: [&[u8]; 11] = [
            b"keyrack passes on 2",
            self.from.as_bytes(),
            self.to.as_bytes(),
            at.as_bytes(),
            self.nonce.as_bytes(),
            passed.door.as_bytes(),
            passed.client.as_bytes(),
            passed.agent.as_bytes(),
            passed.file.as_bytes(),
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

impl Core {
    /// Whether there can be other servers, and this one has joined them.
    pub fn may_have_others(&self) -> bool {
        self.server_id().is_some() && self.store.dialect() == crate::store::Dialect::Postgres
    }

    /// What tells the cookies of this server from those of others on its host, as one word. Servers on one database have the
    /// same: a request that one passes on to another brings the cookie along.
    pub fn cookie_realm(&self) -> String {
        match self.cluster_key() {
            Some(key) if self.may_have_others() => {
                let hash = Sha256::new().chain_update("keyrack cookies").chain_update(key.bytes()).finalize();
                hex::encode(&hash[..8])
            }
            _ => self.settings.server_name(),
        }
    }

    /// Signs what this server passes on.
    ///
    /// # Errors
    /// From the database; [`Error::Internal`] before it has joined the others.
    pub async fn stamp(&self, to: &ServerId, passed: &Passed<'_>) -> Result<Stamp> {
        let (Some(key), Some(me)) = (self.cluster_key(), self.server_id()) else {
            return Err(Error::internal("a request was to be signed by a server that has not joined the others"));
        };
        let mut stamp = Stamp {
            from: me.to_string(),
            to: to.to_string(),
            at: self.shared_now().await?,
            nonce: hex::encode(self.world.random::<16>()),
            signature: String::new(),
        };
        stamp.signature = hex::encode(stamp.mac(key, passed).finalize().into_bytes());
        Ok(stamp)
    }

    /// Whether another server on this database has passed this on, to this one, just now and for the first time.
    ///
    /// # Errors
    /// From the database.
    pub async fn was_passed(&self, passed: &Passed<'_>, stamp: &Stamp) -> Result<bool> {
        let (Some(key), Some(me), Some(joined)) = (self.cluster_key(), self.server_id(), self.joined()) else {
            return Ok(false);
        };
        let Ok(signature) = hex::decode(&stamp.signature) else { return Ok(false) };
        let signed = stamp.mac(key, passed).verify_slice(&signature).is_ok();
        // What was seen before this server was started anew is forgotten, so nothing from then is taken.
        if !signed || me.as_str() != stamp.to || stamp.at < joined {
            return Ok(false);
        }
        let now = self.shared_now().await?;
        Ok((now - stamp.at).abs() <= VALID_MILLIS && self.cluster.seen.is_new(now, stamp.at, signature))
    }
}

#[cfg(test)]
mod tests {
    use super::super::state::Seen;
    use super::*;

    #[test]
    fn every_part_is_signed() {
        let key = ClusterKey::new(&[7; 32]);
        let stamp = Stamp { from: "a".into(), to: "b".into(), at: 1, nonce: "n".into(), signature: String::new() };
        let passed =
            Passed { door: "/d", client: "192.0.2.1", agent: "curl", credential: b"krp", file: "1 ab x", body: b"x=1" };
        let tag = stamp.mac(&key, &passed).finalize().into_bytes();
        let fits =
            |stamp: &Stamp, passed: &Passed<'_>, key: &ClusterKey| stamp.mac(key, passed).verify_slice(&tag).is_ok();
        assert!(fits(&stamp, &passed, &key));
        assert!(!fits(&stamp, &passed, &ClusterKey::new(&[8; 32])));
        for other in [
            Stamp { from: "b".into(), ..stamp.clone() },
            Stamp { to: "a".into(), ..stamp.clone() },
            Stamp { at: 2, ..stamp.clone() },
            Stamp { nonce: "m".into(), ..stamp.clone() },
        ] {
            assert!(!fits(&other, &passed, &key), "{other:?}");
        }
        for other in [
            Passed { door: "/e", ..passed.clone() },
            Passed { client: "192.0.2.2", ..passed.clone() },
            Passed { agent: "", ..passed.clone() },
            Passed { credential: b"kr", ..passed.clone() },
            Passed { file: "", ..passed.clone() },
            Passed { file: "2 ab x", ..passed.clone() },
            Passed { body: b"x=2", ..passed.clone() },
            Passed { client: "192.0.2.1c", agent: "url", ..passed.clone() },
        ] {
            assert!(!fits(&stamp, &other, &key), "{other:?}");
        }
    }

    #[test]
    fn a_signature_counts_once_for_as_long_as_it_would_be_taken() {
        let seen = Seen::default();
        assert!(seen.is_new(1_000, 1_000, vec![1]));
        assert!(seen.is_new(1_000, 1_000, vec![2]));
        assert!(!seen.is_new(1_000 + VALID_MILLIS, 1_000, vec![1]));
        // One whose moment is ahead is remembered until that is over.
        assert!(seen.is_new(1_000, 1_000 + VALID_MILLIS, vec![3]));
        assert!(!seen.is_new(1_000 + 2 * VALID_MILLIS, 1_000 + VALID_MILLIS, vec![3]));
        assert_eq!(seen.0.lock().unwrap().len(), 1, "what would not be taken any more is forgotten");
    }
}
