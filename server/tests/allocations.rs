//! What the fields of log lines cost a call that writes no line: no memory.
//!
//! A program of its own, because what counts allocations is the allocator of the whole program.

use std::pin::pin;
use std::task::{Context, Waker};

use http::HeaderMap;
use keyrack_domain::ids::AccountId;
use keyrack_server::http::request_id::RequestId;
use keyrack_server::log::context::{LogContext, MethodName, set_account, set_method};

#[test]
fn a_call_that_writes_no_line_takes_no_memory_for_the_fields_of_its_lines() {
    let headers = HeaderMap::new();
    let call = || {
        let work = async {
            set_method(MethodName::Api("users.authentication.CheckSign"));
            set_account(AccountId(7));
        };
        let work = pin!(LogContext::request(RequestId::of(&headers)).scope(work));
        assert!(work.poll(&mut Context::from_waker(Waker::noop())).is_ready());
    };
    // What is made once, for all calls, is made by the first one.
    call();
    assert_eq!(allocation_counter::measure(call).count_total, 0);
}
