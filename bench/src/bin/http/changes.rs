//! Create, edit, revoke: how many a second, by eight callers at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::future::try_join_all;

use crate::Outcome;
use crate::client::{Client, Failure};

const CALLERS: usize = 8;

/// Without the password, and with it on a server that asks for it, by the label's word.
pub async fn measure(url: &str, email: &str, password: &str, seconds: &str, label: &str) -> Outcome {
    let client = Client::sign_in(url, email, password).await?;
    let proving = !label.contains("optional");
    let span = Duration::from_secs(seconds.parse()?);

    let (made, created) = phase(span, usize::MAX, |_| {
        let client = client.clone();
        async move { client.token(proving, "environment.control.StopEnv").await.map(|(id, _)| id) }
    })
    .await?;
    let (_, edited) = phase(span, usize::MAX, |turn| {
        let (client, id, description) = (client.clone(), made[turn % made.len()].clone(), format!("edited {turn}"));
        async move {
            let params = [("id", id.as_str()), ("description", description.as_str())];
            client.change(proving, "users.authentication.EditToken", &params).await
        }
    })
    .await?;
    let (_, revoked) = phase(span, made.len(), |turn| {
        let (client, id) = (client.clone(), made[turn].clone());
        async move { client.revoke(proving, &id).await }
    })
    .await?;
    println!("| {label} | {created:.0} | {edited:.0} | {revoked:.0} |");
    Ok(())
}

/// Does `one` (it is told which turn it is) until the time or the turns have run out; what was made, and how many a second.
async fn phase<T, F>(span: Duration, most: usize, one: impl Fn(usize) -> F) -> Result<(Vec<T>, f64), Failure>
where
    F: Future<Output = Result<T, Failure>>,
{
    let turn = AtomicUsize::new(0);
    let begun = Instant::now();
    let callers = (0..CALLERS).map(async |_| {
        let mut done = Vec::new();
        while begun.elapsed() < span {
            let turn = turn.fetch_add(1, Ordering::Relaxed);
            if turn >= most {
                break;
            }
            done.push(one(turn).await?);
        }
        Ok::<_, Failure>(done)
    });
    let done: Vec<T> = try_join_all(callers).await?.into_iter().flatten().collect();
    let rate = done.len() as f64 / begun.elapsed().as_secs_f64();
    Ok((done, rate))
}
