//! The check of a token that is known takes no memory, and neither does the refusal of what has not a token's form.
//!
//! A program of its own, because what counts allocations is the allocator of the whole program.

use std::net::IpAddr;

use keyrack_domain::Keyrack;
use keyrack_domain::accounts::{Confirmation, SessionKind, SignIn};
use keyrack_domain::caller::Client;
use keyrack_domain::decision::Asked;
use keyrack_domain::methods::{ActsOn, Catalog, CatalogEntry, TokenAccess};
use keyrack_domain::settings::Settings;
use keyrack_domain::tokens::{NewToken, Scope};
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::MethodInfo;
use keyrack_domain::types::token_limits::TokenLimits;
use keyrack_domain::world::World;

const METHOD: &str = "environment.control.GetEnvs";
const EMAIL: &str = "ada@example.org";
const PASSWORD: &str = "a long enough password";

#[tokio::test]
async fn who_is_known_is_let_in_and_noise_is_refused_without_taking_memory() {
    let folder = tempfile::tempdir().unwrap();
    let info = MethodInfo { name: METHOD.into(), summary: String::new(), sets: vec![] };
    let catalog = Catalog::new(vec![CatalogEntry {
        info,
        token: TokenAccess::WhenTicked,
        role: Role::Viewer,
        acts_on: ActsOn::List,
    }]);
    let keyrack = Keyrack::open(Settings::in_folder(folder.path()), World::system(), catalog).await.unwrap();
    keyrack.accounts.create_user_with_account(EMAIL, PASSWORD).await.unwrap();
    let client = Client { address: IpAddr::from([127, 0, 0, 1]), user_agent: String::new() };
    let SignIn::Done(signed_in) = keyrack.accounts.sign_in(EMAIL, PASSWORD, &client, SessionKind::Api).await.unwrap()
    else {
        panic!("there is no second factor");
    };
    let confirmed =
        keyrack.accounts.confirm(&signed_in.caller, &client, &Confirmation::password(PASSWORD)).await.unwrap();
    let new = NewToken {
        description: "measured".into(),
        scope: Scope::Methods(vec![METHOD.into()]),
        expires: None,
        shared: false,
        limits: TokenLimits::default(),
    };
    let secret = keyrack.tokens.create(&confirmed, &new).await.unwrap().secret;
    let (method, _) = keyrack.catalog().entries().next().unwrap();
    let check = || {
        let caller = futures::executor::block_on(keyrack.accounts.identify(&secret, &client)).unwrap();
        let decision = futures::executor::block_on(keyrack.core.decide(&caller, Asked::call(method, client.address)));
        assert!(decision.outcome.is_ok());
        caller.note_use(keyrack.world().now(), &client);
        caller.count_call(method);
    };
    keyrack.accounts.authenticate(&secret).await.unwrap();
    check(); // What is counted for the first time takes memory.
    let known = allocation_counter::measure(check);
    assert_eq!(known.count_total, 0, "{known:?}");

    let mut noise = secret.clone().into_bytes();
    noise[41] = if noise[41] == b'0' { b'1' } else { b'0' };
    let noise = String::from_utf8(noise).unwrap();
    let refused = allocation_counter::measure(|| {
        assert!(futures::executor::block_on(keyrack.accounts.authenticate(&noise)).is_err());
    });
    assert_eq!(refused.count_total, 0, "{refused:?}");
}
