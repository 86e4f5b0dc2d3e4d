//! From revoking a token to its being refused.

use std::time::{Duration, Instant};

use crate::Outcome;
use crate::client::{Client, Failure};
use crate::stats::{Times, ms};

const CHECK: &str = "users.authentication.CheckSign";
/// A server that has not refused by then never will.
const PATIENCE: Duration = Duration::from_secs(10);

pub async fn measure(url: &str, other: &str, email: &str, password: &str, rounds: &str) -> Outcome {
    let here = Client::sign_in(url, email, password).await?;
    let there = here.at(other);
    let (mut same, mut others) = (Vec::new(), Vec::new());
    for _ in 0..rounds.parse::<usize>()?.max(1) {
        let (id, secret) = here.token(false, "environment.control.StopEnv").await?;
        for client in [&here, &there] {
            // The second call finds it remembered.
            client.call(&secret, CHECK, &[]).await?;
            client.call(&secret, CHECK, &[]).await?;
        }
        here.revoke(false, &id).await?;
        let answered = Instant::now();
        let (at_once, later) = tokio::try_join!(refused(&here, &secret, answered), refused(&there, &secret, answered))?;
        same.push(at_once);
        others.push(later);
    }
    for (what, times) in [("on the same server", same), ("on another server", others)] {
        let still = times.iter().filter(|(_, allowed)| *allowed > 0).count();
        let times = Times::new(times.into_iter().map(|(time, _)| time).collect());
        println!("| {what} | {} | {} | {still} |", ms(times.median()), ms(times.most()));
    }
    Ok(())
}

/// Calls again and again: when the first refusal was there, and how many calls were still allowed before it.
async fn refused(client: &Client, secret: &str, since: Instant) -> Result<(Duration, usize), Failure> {
    for allowed in 0.. {
        if client.ask(secret, CHECK, &[]).await?["result"] == 702 {
            return Ok((since.elapsed(), allowed));
        }
        if since.elapsed() > PATIENCE {
            break;
        }
    }
    Err("a revoked token is still accepted".into())
}
