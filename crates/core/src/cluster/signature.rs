//! Requests between servers are signed with the key that they share, so that no one else can forge the client of a
//! request. A signature is valid once.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::state::{ClusterKey, VALID_MILLIS};
use crate::core::Core;
use crate::error::{Error, Result};
use keyrack_types::ids::ServerId;

/// The parts of a request that are signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedRequest<'a> {
    /// The path of the internal route.
    pub door: &'a str,
    /// The client's address and user agent; empty when a server asks for itself.
    pub client: &'a str,
    pub agent: &'a str,
    /// The client's credential.
    pub credential: &'a [u8],
    /// What the file that follows the body is called, its size and its hash; empty when none follows.
    pub file: &'a str,
    pub body: &'a [u8],
}

/// Who signed a request, for whom, when, and the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub from: String,
    pub to: String,
    /// Milliseconds of the shared clock.
    pub at: i64,
    /// Distinguishes two requests that are the same otherwise.
    pub nonce: String,
    /// Hexadecimal digits.
    pub signature: String,
}

impl Signature {
    fn mac(&self, key: &ClusterKey, signed: &SignedRequest<'_>) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(key.bytes()).expect("a key of any length is one");
        let at = self.at.to_string();
        let (credential, body) = (Sha256::digest(signed.credential), Sha256::digest(signed.body));
        let parts: [&[u8]; 11] = [
            b"keyrack passes on 2",
            self.from.as_bytes(),
            self.to.as_bytes(),
            at.as_bytes(),
            self.nonce.as_bytes(),
            signed.door.as_bytes(),
            signed.client.as_bytes(),
            signed.agent.as_bytes(),
            signed.file.as_bytes(),
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
    pub fn may_have_peers(&self) -> bool {
        self.server_id().is_some() && self.store.dialect() == crate::store::Dialect::Postgres
    }

    /// What tells the cookies of this server from those of others on its host, as one word. Servers on one database have the
    /// same: a request that one forwards to another brings the cookie along.
    pub fn cookie_realm(&self) -> String {
        match self.cluster_key() {
            Some(key) if self.may_have_peers() => {
                let hash = Sha256::new().chain_update("keyrack cookies").chain_update(key.bytes()).finalize();
                hex::encode(&hash[..8])
            }
            _ => self.settings.server_name(),
        }
    }

    /// Signs a request to another server.
    ///
    /// # Errors
    /// From the database; [`Error::Internal`] before it has joined the others.
    pub async fn sign_request(&self, to: &ServerId, signed: &SignedRequest<'_>) -> Result<Signature> {
        let (Some(key), Some(me)) = (self.cluster_key(), self.server_id()) else {
            return Err(Error::internal("a request was to be signed by a server that has not joined the others"));
        };
        let mut signature = Signature {
            from: me.to_string(),
            to: to.to_string(),
            at: self.shared_now().await?,
            nonce: hex::encode(self.world.random::<16>()),
            signature: String::new(),
        };
        signature.signature = hex::encode(signature.mac(key, signed).finalize().into_bytes());
        Ok(signature)
    }

    /// Whether another server on this database has signed this request, to this one, just now and for the first time.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn verify_request(&self, signed: &SignedRequest<'_>, signature: &Signature) -> Result<bool> {
        let (Some(key), Some(me), Some(joined)) = (self.cluster_key(), self.server_id(), self.joined()) else {
            return Ok(false);
        };
        let Ok(bytes) = hex::decode(&signature.signature) else { return Ok(false) };
        let genuine = signature.mac(key, signed).verify_slice(&bytes).is_ok();
        // What was seen before this server was started anew is forgotten, so nothing from then is taken.
        if !genuine || me.as_str() != signature.to || signature.at < joined {
            return Ok(false);
        }
        let now = self.shared_now().await?;
        Ok((now - signature.at).abs() <= VALID_MILLIS && self.cluster.seen.is_new(now, signature.at, bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::super::state::Seen;
    use super::*;

    #[test]
    fn every_part_is_signed() {
        let key = ClusterKey::new(&[7; 32]);
        let signature =
            Signature { from: "a".into(), to: "b".into(), at: 1, nonce: "n".into(), signature: String::new() };
        let signed = SignedRequest {
            door: "/d",
            client: "192.0.2.1",
            agent: "curl",
            credential: b"krp",
            file: "1 ab x",
            body: b"x=1",
        };
        let tag = signature.mac(&key, &signed).finalize().into_bytes();
        let fits = |signature: &Signature, signed: &SignedRequest<'_>, key: &ClusterKey| {
            signature.mac(key, signed).verify_slice(&tag).is_ok()
        };
        assert!(fits(&signature, &signed, &key));
        assert!(!fits(&signature, &signed, &ClusterKey::new(&[8; 32])));
        for other in [
            Signature { from: "b".into(), ..signature.clone() },
            Signature { to: "a".into(), ..signature.clone() },
            Signature { at: 2, ..signature.clone() },
            Signature { nonce: "m".into(), ..signature.clone() },
        ] {
            assert!(!fits(&other, &signed, &key), "{other:?}");
        }
        for other in [
            SignedRequest { door: "/e", ..signed.clone() },
            SignedRequest { client: "192.0.2.2", ..signed.clone() },
            SignedRequest { agent: "", ..signed.clone() },
            SignedRequest { credential: b"kr", ..signed.clone() },
            SignedRequest { file: "", ..signed.clone() },
            SignedRequest { file: "2 ab x", ..signed.clone() },
            SignedRequest { body: b"x=2", ..signed.clone() },
            SignedRequest { client: "192.0.2.1c", agent: "url", ..signed.clone() },
        ] {
            assert!(!fits(&signature, &other, &key), "{other:?}");
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
