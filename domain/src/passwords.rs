//! Passwords: argon2id, off the async threads and bounded in number.

use std::sync::{Arc, LazyLock};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};
use crate::world::World;

/// OWASP's minimum for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// How many hashes run at once; more would only take memory and starve the callers of the API.
const AT_ONCE: usize = 2;
/// How many may wait for their turn before further ones are refused.
const WAITING: usize = 64;

/// The shortest password, in characters.
pub const SHORTEST: usize = 12;
/// The longest, in bytes; a bound on the work that a stranger can ask for.
pub const LONGEST: usize = 1024;

/// A hash of no password, for sign-ins with unknown addresses: they must take the same time.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hash_now(b"nobody's password", b"sixteen bytes ok").unwrap_or_default());

/// Hashes and checks passwords.
#[derive(Clone, Debug)]
pub struct Passwords {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Passwords {
        Passwords { running: Arc::new(Semaphore::new(AT_ONCE)), waiting: Arc::new(Semaphore::new(WAITING)) }
    }
}

impl Passwords {
    /// The hash to keep.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a password that is too short or too long; [`Error::Unavailable`] when too many wait.
    pub async fn hash(&self, world: &World, password: &str) -> Result<String> {
        check_length(password)?;
        let salt: [u8; 16] = world.random();
        let password = password.to_owned();
        self.run(move || hash_now(password.as_bytes(), &salt)).await?.map_err(Error::internal)
    }

    /// Whether this is the password behind the hash. Without a hash (an unknown user) the answer is no, after the same
    /// work.
    ///
    /// # Errors
    /// [`Error::Internal`] for a damaged hash; [`Error::Unavailable`] when too many wait.
    pub async fn verify(&self, hash: Option<&str>, password: &str) -> Result<bool> {
        if password.len() > LONGEST {
            return Ok(false);
        }
        let known = hash.is_some();
        let hash = hash.map_or_else(|| NOBODY.clone(), str::to_owned);
        let password = password.to_owned();
        let fits = self
            .run(move || {
                let hash = PasswordHash::new(&hash).map_err(|error| error.to_string())?;
                match argon2()?.verify_password(password.as_bytes(), &hash) {
                    Ok(()) => Ok(true),
                    Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
                    Err(error) => Err(error.to_string()),
                }
            })
            .await?
            .map_err(Error::internal)?;
        Ok(fits && known)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let _waiting = self.waiting.try_acquire().map_err(|_| Error::Unavailable)?;
        let _running = self.running.acquire().await.map_err(Error::internal)?;
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)
    }
}

/// Whether a new password has a length that can be taken.
///
/// # Errors
/// [`Error::Invalid`], saying which length would be right.
pub fn check_length(password: &str) -> Result<()> {
    if password.chars().count() < SHORTEST {
        return Err(Error::invalid("password", format!("A password needs at least {SHORTEST} characters.")));
    }
    if password.len() > LONGEST {
        return Err(Error::invalid("password", format!("A password can have at most {LONGEST} bytes.")));
    }
    Ok(())
}

fn argon2() -> Result<Argon2<'static>, String> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| error.to_string())?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_now(password: &[u8], salt: &[u8]) -> Result<String, String> {
    let hash: PasswordHash = argon2()?.hash_password_with_salt(password, salt).map_err(|error| error.to_string())?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_right_password_and_only_it_fits() {
        let passwords = Passwords::default();
        let hash = passwords.hash(&World::system(), "correct horse battery").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify(Some(&hash), "correct horse battery").await.unwrap());
        assert!(!passwords.verify(Some(&hash), "correct horse batterx").await.unwrap());
        assert!(!passwords.verify(None, "nobody's password").await.unwrap());
    }

    #[tokio::test]
    async fn a_damaged_hash_is_an_error_and_not_a_no() {
        assert!(matches!(Passwords::default().verify(Some("rubbish"), "x").await, Err(Error::Internal)));
    }

    #[test]
    fn short_and_endless_passwords_are_refused() {
        assert!(check_length("elevenchars").is_err());
        assert!(check_length("twelve chars").is_ok());
        assert!(check_length(&"x".repeat(LONGEST + 1)).is_err());
    }
}
