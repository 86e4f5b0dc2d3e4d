use super::*;

fn entry(name: &str, token: TokenAccess, role: Role, sets: &[ApiSet]) -> CatalogEntry {
    CatalogEntry {
        info: MethodInfo { name: name.into(), summary: String::new(), sets: sets.to_vec() },
        token,
        role,
        acts_on: ActsOn::Caller,
    }
}

fn catalog() -> Catalog {
    Catalog::new(vec![
        entry("environment.control.StopEnv", TokenAccess::WhenTicked, Role::Manager, &[ApiSet::IdePlugins]),
        entry("environment.control.GetEnvs", TokenAccess::WhenTicked, Role::Viewer, &[ApiSet::IdePlugins]),
        entry("environment.file.GetList", TokenAccess::WhenTicked, Role::Viewer, &[]),
        entry("environment.export.GetList", TokenAccess::WhenTicked, Role::Viewer, &[]),
        entry("users.authentication.Signout", TokenAccess::Always, Role::Viewer, &[]),
        entry("users.authentication.CreateToken", TokenAccess::Never, Role::Viewer, &[]),
    ])
}

#[test]
fn names_are_found_in_the_forms_that_clients_write() {
    let catalog = catalog();
    for written in [
        "environment.control.StopEnv",
        " ENVIRONMENT.CONTROL.STOPENV ",
        "env.control.StopEnv",
        "jelastic.environment.control.StopEnv",
        "jelastic.env.control.stopenv",
        "control.StopEnv",
        "StopEnv",
    ] {
        assert_eq!(catalog.resolve(written).unwrap().name, "environment.control.StopEnv", "{written}");
    }
}

#[test]
fn unknown_ambiguous_and_forbidden_names_are_told_apart() {
    let catalog = catalog();
    assert_eq!(catalog.resolve("nosuch"), Err(UnknownMethod::None("nosuch".into())));
    let several = catalog.resolve("GetList").unwrap_err().to_string();
    assert!(
        several.contains("environment.file.GetList") && several.contains("environment.export.GetList"),
        "{several}"
    );
    assert!(catalog.resolve("users.authentication.CreateToken").is_err());
}

#[test]
fn a_token_never_opens_what_no_token_may_call() {
    let catalog = catalog();
    let bits = catalog.token_bits(
        ApiSet::Custom,
        ["users.authentication.CreateToken", "environment.control.GetEnvs", "gone.from.Server"],
    );
    let (create, _) = catalog.entries().find(|(_, e)| e.info.name.ends_with("CreateToken")).unwrap();
    assert!(!bits.contains(create));
    assert_eq!(catalog.names(&bits), ["environment.control.GetEnvs"]);
    let everything = catalog.token_bits(ApiSet::ExtendedAccess, [""; 0]);
    assert!(!everything.contains(create));
    assert_eq!(everything.len(), 5);
}

#[test]
fn a_role_opens_what_it_and_the_lesser_ones_may() {
    let catalog = catalog();
    let (stop, _) = catalog.entries().find(|(_, e)| e.info.name.ends_with("StopEnv")).unwrap();
    assert!(!catalog.role_bits(Role::Viewer).contains(stop));
    assert!(catalog.role_bits(Role::Manager).contains(stop));
}
