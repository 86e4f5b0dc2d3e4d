//! What a refused value was for, by subject. Which parameter or input that is, each door says for itself, with a `match` over all
//! of them: a new field does not compile until every door knows it.

/// A field of what an operation is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Account(Account),
    Token(Token),
    Environment(Environment),
    Upload(Upload),
    App(App),
    Task(Task),
}

/// Of users, their credentials and members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    Email,
    /// The password that confirms a change, or that a new user gets.
    Password,
    /// The password that replaces another one, or the first of who accepts an invitation.
    NewPassword,
    Name,
    /// The answer of a passkey.
    Passkey,
    PasskeyName,
    SshKeyTitle,
    /// What becomes of the tokens of a member who leaves or is removed.
    MemberTokens,
}

/// Of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    Description,
    Expires,
    /// Which methods it opens, one by one or as a set.
    Methods,
    /// Which tokens are meant.
    Ids,
    /// The environments that it opens.
    Environments,
    /// From where it is accepted.
    Networks,
    /// How often it may call.
    RateLimit,
    /// For how long its former secret is still accepted.
    Overlap,
}

/// Of environments, their nodes and the files of those.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// The short name of a copy.
    CloneName,
    /// Of an environment, a layer or a node.
    DisplayName,
    /// The image of one of the nodes to be, counted from 0.
    Image {
        index: usize,
    },
    /// The tag of the image that nodes are to run.
    Tag,
    /// A registry of images, as it is written before an image.
    Registry,
    /// As whom an account signs in to a registry.
    RegistryUser,
    RegistryPassword,
    Node,
    Layer,
    FixedCloudlets,
    FlexibleCloudlets,
    /// The step between samples of use.
    Interval,
    Commands,
    /// A path in the folder of a node.
    Path,
    /// What is copied, moved or unpacked.
    From,
    /// Where it is put.
    To,
    /// A regular expression.
    Pattern,
    /// Of a favourite path.
    Keyword,
    Filter,
    /// The name of a group of environments.
    Group,
    /// The name that it is given instead.
    NewGroup,
    /// Where something is deployed.
    Context,
    /// Where it is moved.
    NewContext,
    /// Commands before and after a deployment.
    Hooks,
}

/// Of files that were sent to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upload {
    Address,
    Name,
    Comment,
}

/// Of manifests, and of what is installed by them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum App {
    /// Which of the catalogue.
    Id,
    Manifest,
    /// Which installation.
    Installation,
    Action,
    Settings,
    /// The environment that it makes or changes.
    Environment,
    /// The nodes that it makes in place of its own.
    Nodes,
    /// A line of the console.
    Line,
}

/// Of calls at set times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    Schedule,
    Method,
    Params,
    Description,
}

macro_rules! fields {
    ($($subject:ident)*) => {$(
        impl From<$subject> for Field {
            fn from(field: $subject) -> Field {
                Field::$subject(field)
            }
        }
    )*};
}

fields! { Account Token Environment Upload App Task }
