//! Whether a client still waits for what is being done for it.
//!
//! A change goes on when its client goes away. But what has not begun yet, or has changed nothing yet and may take long, is not
//! worth a core that others wait for.

use tokio::sync::watch;

tokio::task_local! {
    static CLIENT: Option<watch::Receiver<()>>;
}

/// A client that waits; dropped, it does so no more.
pub struct Client(#[expect(dead_code, reason = "held, never looked at")] watch::Sender<()>);

/// Work that knows whether its client is still there.
pub fn for_client<F: Future>(work: F) -> (Client, impl Future<Output = F::Output>) {
    let (client, waits) = watch::channel(());
    (Client(client), CLIENT.scope(Some(waits), work))
}

/// Work that goes on whether its client is there or not, all of it.
pub async fn for_nobody<F: Future>(work: F) -> F::Output {
    CLIENT.scope(None, work).await
}

/// Waits until the client has gone away; where there is none, for ever.
pub async fn gone() {
    match CLIENT.try_with(Clone::clone) {
        Ok(Some(mut client)) => while client.changed().await.is_ok() {},
        _ => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_client_is_gone_when_it_is_dropped_and_only_then() {
        let (client, work) = for_client(gone());
        let mut work = std::pin::pin!(work);
        assert!(work.as_mut().now_or_never().is_none());
        drop(client);
        work.await;
        let (client, work) = for_client(for_nobody(gone()));
        drop(client);
        assert!(work.now_or_never().is_none() && gone().now_or_never().is_none());
    }
}
