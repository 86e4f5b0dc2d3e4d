//! What each line of the log says of the work during which it is written: the request, its method and its account.
//!
//! Most work writes no line at all, and the check of a token must not pay for what it does not write. A span of `tracing` formats
//! its fields as soon as it is made; here they are plain values beside the work, and become text with the first line.

use std::cell::{Cell, OnceCell};
use std::fmt::{self, Write};

use axum::extract::MatchedPath;
use keyrack_domain::cluster::ServerId;
use keyrack_domain::ids::AccountId;

use crate::http::request_id::RequestId;

tokio::task_local! {
    static CURRENT: LogContext;
}

/// The fields of all lines that a piece of work writes.
#[derive(Clone, Debug)]
pub struct LogContext {
    work: Work,
    method: OnceCell<MethodName>,
    account: Cell<Option<AccountId>>,
}

/// Why something is done.
#[derive(Clone, Debug)]
enum Work {
    Request(RequestId),
    Task(i64),
    /// What this server does by itself.
    Background(Option<ServerId>),
}

/// What is called. Neither holds anything that a client wrote.
#[derive(Clone, Debug)]
pub enum MethodName {
    /// An API method.
    Api(&'static str),
    /// The route of a page or a form, without the values in its path.
    Route(MatchedPath),
}

impl fmt::Display for MethodName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            MethodName::Api(name) => name,
            MethodName::Route(path) => path.as_str(),
        })
    }
}

impl LogContext {
    fn of(work: Work) -> LogContext {
        LogContext { work, method: OnceCell::new(), account: Cell::new(None) }
    }

    /// Of a request; its method and its account are set as they become known.
    pub fn request(id: RequestId) -> LogContext {
        LogContext::of(Work::Request(id))
    }

    /// Of a run of a task.
    pub fn task(id: i64) -> LogContext {
        LogContext::of(Work::Task(id))
    }

    /// Of what this server does by itself. It has no id while it has no peers.
    pub fn background(server: Option<ServerId>) -> LogContext {
        LogContext::of(Work::Background(server))
    }

    /// Does the work with these fields in its lines.
    pub async fn scope<F: Future>(self, work: F) -> F::Output {
        CURRENT.scope(self, work).await
    }

    /// Writes the fields as `name=value`, each with a blank before it.
    pub(super) fn write_text(&self, to: &mut impl Write) -> fmt::Result {
        self.each(|name, value| write!(to, " {name}={value}"))
    }

    /// Writes the fields as members of a JSON object, each with a comma after it.
    pub(super) fn write_json(&self, to: &mut impl Write) -> fmt::Result {
        self.each(|name, value| match value {
            Value::Number(number) => write!(to, "\"{name}\":{number},"),
            Value::Text(text) => write!(to, "\"{name}\":{},", serde_json::Value::from(text.to_string())),
        })
    }

    fn each(&self, mut write: impl FnMut(&str, Value<'_>) -> fmt::Result) -> fmt::Result {
        match &self.work {
            Work::Request(id) => write("request", Value::Text(id))?,
            Work::Task(id) => write("task", Value::Number(*id))?,
            Work::Background(Some(server)) => write("server", Value::Text(server))?,
            Work::Background(None) => {}
        }
        if let Some(method) = self.method.get() {
            write("method", Value::Text(method))?;
        }
        if let Some(account) = self.account.get() {
            write("account", Value::Number(account.0))?;
        }
        Ok(())
    }
}

enum Value<'a> {
    Text(&'a dyn fmt::Display),
    Number(i64),
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => text.fmt(f),
            Value::Number(number) => number.fmt(f),
        }
    }
}

/// Has all further lines of this work name the method. The first one stays.
pub fn set_method(name: MethodName) {
    let _ = CURRENT.try_with(|context| context.method.set(name));
}

/// Has all further lines of this work name the account.
pub fn set_account(account: AccountId) {
    let _ = CURRENT.try_with(|context| context.account.set(Some(account)));
}

/// The context of this work, if it has one.
pub(super) fn current() -> Option<LogContext> {
    CURRENT.try_with(Clone::clone).ok()
}

/// The request that this work is done for, if it is for one.
pub fn request_id() -> Option<RequestId> {
    let id = |context: &LogContext| match &context.work {
        Work::Request(id) => Some(id.clone()),
        Work::Task(_) | Work::Background(_) => None,
    };
    CURRENT.try_with(id).ok().flatten()
}

/// Lets work that goes on in a task of the runtime's own keep the fields of the work that it is a part of.
pub fn carry<F: Future>(work: F) -> impl Future<Output = F::Output> {
    let current = current();
    async move {
        match current {
            Some(context) => context.scope(work).await,
            None => work.await,
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use serde_json::json;

    use super::*;

    fn line() -> (String, serde_json::Value) {
        let (mut text, mut object) = (String::new(), "{".to_owned());
        if let Some(context) = current() {
            context.write_text(&mut text).unwrap();
            context.write_json(&mut object).unwrap();
        }
        object.push_str("\"end\":0}");
        (text, serde_json::from_str(&object).unwrap())
    }

    #[tokio::test]
    async fn a_line_has_what_is_known_of_its_work_by_then() {
        assert_eq!(line(), (String::new(), json!({ "end": 0 })), "nothing outside of all work");
        let headers = HeaderMap::from_iter([(crate::http::request_id::HEADER, "abc".parse().unwrap())]);
        LogContext::request(RequestId::of(&headers))
            .scope(async {
                assert_eq!(line().0, " request=abc");
                set_method(MethodName::Api("a.b.C"));
                assert_eq!(line().0, " request=abc method=a.b.C");
                set_account(AccountId(7));
                let all = json!({ "request": "abc", "method": "a.b.C", "account": 7, "end": 0 });
                assert_eq!(line(), (" request=abc method=a.b.C account=7".to_owned(), all.clone()));
                let spawned = tokio::spawn(carry(async { line() })).await.unwrap();
                assert_eq!(spawned.1, all, "so has what goes on in another task of the runtime");
                assert_eq!(request_id().unwrap().to_string(), "abc");
            })
            .await;
        LogContext::task(3).scope(async { assert_eq!(line().0, " task=3") }).await;
        LogContext::background(None).scope(async { assert_eq!(line().0, "") }).await;
    }
}
