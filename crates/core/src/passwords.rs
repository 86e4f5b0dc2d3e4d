//! Passwords: normalised, hashed with argon2id off the async threads and bounded in number, and checked only for a reserved
//! try.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use crate::error::{Error, Result};
use crate::field;
use crate::throttle::Try;
use crate::world::World;
use keyrack_types::bounds::guessing::{
    HASHES_AT_ONCE, HASHES_WAITING, LONGEST_PASSWORD, LONGEST_TYPED_PASSWORD, SHORTEST_PASSWORD,
};

/// OWASP's minimum for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// A hash of no password, for sign-ins with unknown addresses: they must take the same time.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hash_now(b"nobody's password", b"sixteen bytes ok").unwrap_or_default());

/// Hashes and checks passwords.
#[derive(Clone, Debug)]
pub struct Passwords {
    /// Those that are hashed now.
    running: Arc<Semaphore>,
    /// Those, and the ones that wait.
    queue: Arc<Semaphore>,
}

/// What a look at a password found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Right,
    /// With the seconds before the next try is looked at.
    Wrong {
        wait: u32,
    },
}

impl Verdict {
    /// Seconds before the next try is looked at.
    pub fn wait(self) -> u32 {
        match self {
            Verdict::Right => 0,
            Verdict::Wrong { wait } => wait,
        }
    }
}

impl Default for Passwords {
    fn default() -> Passwords {
        Passwords { running: Arc::new(Semaphore::new(HASHES_AT_ONCE)), queue: Arc::new(Semaphore::new(HASHES_WAITING)) }
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
        let password = normalised(password).into_owned();
        self.run(move || hash_now(password.as_bytes(), &salt)).await?.map_err(Error::internal)
    }

    /// Looks whether this is the password behind the hash, and settles the try. Without a hash (an unknown user) it is not,
    /// after the same work.
    ///
    /// The try is settled where the look ends, so that it counts also when nobody waits for the answer any more; it is given
    /// back when that happens before the look begins.
    ///
    /// # Errors
    /// [`Error::Internal`] for a damaged hash; [`Error::Unavailable`] when too many wait.
    pub async fn check(&self, tried: Try, hash: Option<&str>, password: &str) -> Result<Verdict> {
        if password.len() > LONGEST_TYPED_PASSWORD {
            return Ok(Verdict::Wrong { wait: tried.failed() });
        }
        let known = hash.is_some();
        let hash = hash.map_or_else(|| NOBODY.clone(), str::to_owned);
        let password = password.to_owned();
        let look = move || {
            let right = fits(&hash, &password)? && known;
            Ok(match right {
                true => {
                    tried.succeeded();
                    Verdict::Right
                }
                false => Verdict::Wrong { wait: tried.failed() },
            })
        };
        self.run(look).await?.map_err(|error: String| Error::internal(error))
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let place = self.queue.clone().try_acquire_owned().map_err(|_| Error::Unavailable)?;
        let turn = self.running.clone().acquire_owned().await.map_err(Error::internal)?;
        // The work goes on when its request ends, and keeps its place so long.
        let work = move || {
            let _held = (place, turn);
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)
    }
}

/// The one form of a password that is hashed (NFKC): systems write the same letters in different ways.
pub fn normalised(password: &str) -> Cow<'_, str> {
    if password.is_ascii() { Cow::Borrowed(password) } else { Cow::Owned(password.nfkc().collect()) }
}

/// Whether a new password has a length that can be taken.
///
/// # Errors
/// [`Error::Invalid`], saying which length would be right.
pub fn check_length(password: &str) -> Result<()> {
    let too_long =
        || Error::invalid(field::Account::Password, format!("A password can have at most {LONGEST_PASSWORD} bytes."));
    if password.len() > LONGEST_TYPED_PASSWORD {
        return Err(too_long());
    }
    let password = normalised(password);
    if password.chars().count() < SHORTEST_PASSWORD {
        return Err(Error::invalid(
            field::Account::Password,
            format!("A password needs at least {SHORTEST_PASSWORD} characters."),
        ));
    }
    if password.len() > LONGEST_PASSWORD {
        return Err(too_long());
    }
    Ok(())
}

/// Whether this is the password behind the hash. Hashes of before passwords were normalised are of what was typed.
fn fits(hash: &str, typed: &str) -> Result<bool, String> {
    let password = normalised(typed);
    Ok(is_hash_of(hash, &password)? || (password != typed && is_hash_of(hash, typed)?))
}

fn is_hash_of(hash: &str, password: &str) -> Result<bool, String> {
    let hash = PasswordHash::new(hash).map_err(|error| error.to_string())?;
    match argon2()?.verify_password(password.as_bytes(), &hash) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(error.to_string()),
    }
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
    use std::time::Duration;

    use super::*;
    use crate::throttle::{Guess, Throttle};
    use keyrack_types::ids::UserId;

    async fn check(hash: Option<&str>, password: &str) -> Result<bool> {
        let tried = Throttle::default().reserve(Guess::Code { user: UserId(1) }).await?;
        Ok(Passwords::default().check(tried, hash, password).await? == Verdict::Right)
    }

    #[tokio::test]
    async fn the_right_password_and_only_it_fits() {
        let passwords = Passwords::default();
        let hash = passwords.hash(&World::system(), "correct horse battery").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(check(Some(&hash), "correct horse battery").await.unwrap());
        for wrong in ["correct horse batterx", "Correct horse battery", "correct horse battery ", "correct horse"] {
            assert!(!check(Some(&hash), wrong).await.unwrap(), "{wrong}");
        }
        assert!(!check(None, "nobody's password").await.unwrap());
    }

    #[tokio::test]
    async fn a_password_is_the_same_however_a_system_writes_its_letters() {
        let composed = "d\u{e9}j\u{e0} vu \u{1f642} \u{d55c}\u{ae00} 1fi";
        let others = [
            "de\u{301}ja\u{300} vu \u{1f642} \u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af} 1fi",
            "d\u{e9}j\u{e0}\u{a0}vu\u{3000}\u{1f642} \u{d55c}\u{ae00} \u{ff11}\u{fb01}",
        ];
        for set in std::iter::once(composed).chain(others) {
            let hash = Passwords::default().hash(&World::system(), set).await.unwrap();
            for typed in std::iter::once(composed).chain(others) {
                assert!(check(Some(&hash), typed).await.unwrap(), "{set:?} {typed:?}");
            }
            assert!(!check(Some(&hash), "deja vu \u{1f642} \u{d55c}\u{ae00} 1fi").await.unwrap());
        }
    }

    #[tokio::test]
    async fn a_password_that_was_hashed_as_it_was_typed_still_fits() {
        for typed in ["de\u{301}ja\u{300} vu, and more", "d\u{e9}j\u{e0} vu, and more", "\u{ff50}assword \u{2460}"] {
            let hash = hash_now(typed.as_bytes(), b"sixteen bytes ok").unwrap();
            assert!(check(Some(&hash), typed).await.unwrap(), "{typed:?}");
        }
    }

    #[tokio::test]
    async fn a_damaged_hash_is_an_error_and_not_a_no() {
        assert!(matches!(check(Some("rubbish"), "x").await, Err(Error::Internal)));
    }

    #[tokio::test]
    async fn what_nobody_waits_for_keeps_its_place_until_it_ends() {
        let passwords = Passwords::default();
        let (ends, ended) = std::sync::mpsc::channel::<()>();
        let begun = Arc::new(tokio::sync::Notify::new());
        let work = passwords.run({
            let begun = begun.clone();
            move || {
                begun.notify_one();
                let _ = ended.recv();
            }
        });
        tokio::select! {
            _ = work => panic!("it cannot have ended"),
            () = begun.notified() => {}
        }
        assert_eq!(passwords.running.available_permits(), HASHES_AT_ONCE - 1);
        drop(ends);
        let all = passwords.running.acquire_many(HASHES_AT_ONCE as u32);
        drop(tokio::time::timeout(Duration::from_secs(10), all).await.unwrap().unwrap());
        assert_eq!(passwords.queue.available_permits(), HASHES_WAITING);
    }

    #[tokio::test]
    async fn a_wrong_password_counts_also_when_nobody_waits_for_the_answer() {
        let (throttle, passwords) = (Throttle::default(), Passwords::default());
        let guess = Guess::Code { user: UserId(1) };
        for _ in 0..4 {
            throttle.reserve(guess).await.unwrap().failed();
        }
        let tried = throttle.reserve(guess).await.unwrap();
        let turns = passwords.running.clone().acquire_many_owned(HASHES_AT_ONCE as u32).await.unwrap();
        let mut look = Box::pin(passwords.check(tried, None, "wrong"));
        assert!(futures::poll!(&mut look).is_pending());
        drop(turns);
        // It has its turn now, and its request ends.
        assert!(futures::poll!(&mut look).is_pending());
        drop(look);
        drop(passwords.running.acquire_many(HASHES_AT_ONCE as u32).await.unwrap());
        assert_eq!(throttle.reserve(guess).await.unwrap().failed(), 2);
    }

    #[test]
    fn short_and_endless_passwords_are_refused() {
        assert!(check_length("elevenchars").is_err());
        assert!(check_length("twelve chars").is_ok());
        assert!(check_length(&"x".repeat(LONGEST_PASSWORD)).is_ok());
        assert!(check_length(&"x".repeat(LONGEST_PASSWORD + 1)).is_err());
        // Counted is what is hashed.
        assert!(check_length(&"e\u{301}".repeat(11)).is_err());
        assert!(check_length(&"e\u{301}".repeat(LONGEST_PASSWORD / 2)).is_ok());
        assert!(check_length(&"e\u{301}".repeat(LONGEST_PASSWORD / 2 + 1)).is_err());
        assert!(check_length(&"\u{fdfa}".repeat(LONGEST_PASSWORD / 3)).is_err());
        assert!(check_length(&"\u{1d41a}".repeat(LONGEST_PASSWORD)).is_ok());
    }
}
