//! How the HTTP layer learns that a request belongs to another server, although the response does not say so.
//!
//! Pages and server functions turn errors into texts before the HTTP layer sees them. So it runs the request in a task-local
//! scope: the check that finds an environment on another server records it there.

use std::cell::RefCell;

use keyrack_types::ids::ServerId;

tokio::task_local! {
    static NOTED: RefCell<Option<(ServerId, String)>>;
}

/// Runs a request's work and answers also where its environment is run, when the work came upon one of another server.
/// Nothing was changed then: operations look where an environment is run before anything else.
pub async fn watching<F: Future>(work: F) -> (F::Output, Option<(ServerId, String)>) {
    NOTED
        .scope(RefCell::new(None), async {
            let output = work.await;
            (output, NOTED.with(RefCell::take))
        })
        .await
}

/// Records the redirect in the scope of the request, if there is one.
pub(super) fn note(server: &ServerId, address: &str) {
    let _ = NOTED.try_with(|noted| {
        noted.borrow_mut().get_or_insert_with(|| (server.clone(), address.to_owned()));
    });
}
