//! Listing very many tokens, and asking for a few of them.

use std::time::Instant;

use crate::Outcome;
use crate::client::Client;
use crate::stats::{Times, ms};

pub async fn measure(url: &str, email: &str, password: &str, rounds: &str) -> Outcome {
    let client = Client::sign_in(url, email, password).await?;
    let rounds: usize = rounds.parse()?;
    let whole: serde_json::Value = serde_json::from_slice(&client.list(&[]).await?)?;
    let tokens = whole["apiTokens"].as_array().ok_or("no apiTokens in the answer")?;
    let some = |count: usize| {
        let step = (tokens.len() / count).max(1);
        let ids: Vec<String> = tokens.iter().step_by(step).take(count).map(|token| token["id"].to_string()).collect();
        ids.join(";")
    };
    let (one, hundred) = (some(1), some(100));
    for (what, params) in [
        ("all of them", &[] as &[_]),
        ("100 of them, by number", &[("ids", hundred.as_str())]),
        ("one of them, by number", &[("ids", one.as_str())]),
    ] {
        let mut times = Vec::new();
        let mut bytes = 0;
        for _ in 0..rounds.max(1) {
            let begun = Instant::now();
            bytes = client.list(params).await?.len();
            times.push(begun.elapsed());
        }
        let times = Times::new(times);
        println!("| `GetTokens`, {what} | {} | {} | {} |", ms(times.median()), ms(times.most()), bytes.div_ceil(1024));
    }
    Ok(())
}
