//! Why a public method of the platform is not here. The first line that fits a method is its reason.

/// Methods (`environment.control.Migrate`), beginnings of names (`environment.file.AddMountPoint`) or classes
/// (`environment.binder.`), and the reason.
pub const REASONS: &[(&str, &str)] = &[
    ("billing.account.", "Keyrack bills nobody: there is no balance, no charge and no quota to tell."),
    (
        "environment.binder.",
        "Names, certificates and public addresses belong to the proxy in front of the nodes, which is not Keyrack's; a node \
         answers on an address of its machine.",
    ),
    (
        "environment.build.",
        "There are no build nodes: what builds is a pipeline, which deploys its archive with a token.",
    ),
    ("environment.control.AddEndpoint", ENDPOINTS),
    ("environment.control.EditEndpoint", ENDPOINTS),
    ("environment.control.GetEndpoints", ENDPOINTS),
    ("environment.control.RemoveEndpoint", ENDPOINTS),
    ("environment.control.AddPortRedirect", ENDPOINTS),
    ("environment.control.CheckMigrationPossibility", ONE_REGION),
    ("environment.control.Migrate", ONE_REGION),
    ("environment.control.GetRegionsInner", ONE_REGION),
    ("environment.control.GetTemplateManifest", REGISTRY),
    (
        "environment.control.GetSSHAccessInfo",
        "Nodes run no SSH server; commands are executed by ExecCmdById and ExecCmdByGroup.",
    ),
    ("environment.control.GetSoftwarePackages", "Nodes have no optional packages: an image is what it is."),
    ("environment.control.Reset", "Nodes have no users and no passwords of their own: there is nothing to log in to."),
    ("environment.control.RestoreDump", "Keyrack knows no databases; a dump is loaded by a command in the node."),
    ("environment.control.SetSLBAccessEnabled", NO_BALANCER),
    ("environment.control.EditNodeGroup", "ApplyNodeGroupData and NodeGroup.ApplyData change what a layer has here."),
    ("environment.control.SkipMessage", "Nodes carry no messages; what happened to them is in the tasks and the logs."),
    ("environment.deployment.", REPOSITORIES),
    ("environment.export.DeleteExportedData", "An export is a manifest and no file; Delete removes it."),
    ("environment.file.", "Nodes share no folders: there are no mounts and no exports between them."),
    ("environment.group.SetIsolationEnabled", NO_NETWORK),
    ("environment.nodegroup.SetSLBAccessEnabled", NO_BALANCER),
    ("environment.security.", NO_NETWORK),
    (
        "environment.tracking.SearchActions",
        "Its answer is not documented; GetUidActions and GetAction tell past actions.",
    ),
    (
        "environment.trigger.",
        "Nothing scales or alerts by itself; a monitor outside, or a task of utils.scheduler, calls ChangeTopology.",
    ),
    ("environment.vcs.", REPOSITORIES),
    (
        "users.account.RecoverPassword",
        "It would take a mail to any address from anybody; the operator's command line resets passwords.",
    ),
    (
        "users.collaboration.AcceptCollaboration",
        "Invitations are accepted in the browser, by their link: only who has it can.",
    ),
    ("users.collaboration.RejectCollaboration", "An invitation that nobody accepts ends by itself."),
    (
        "users.collaboration.",
        "Members have one of three roles that hold for the whole account; there are no policies and no roles of one's own.",
    ),
];

const ENDPOINTS: &str =
    "Nodes answer on the ports of their machine; there is no gateway in front that would map others.";
const ONE_REGION: &str = "A server has one region: there is nowhere to move to.";
const REGISTRY: &str = "Templates are what the operator has; what an image says of itself is told by its registry.";
const NO_BALANCER: &str = "There is no shared load balancer whose access could be switched.";
const NO_NETWORK: &str =
    "Nodes share the network of their machine; there is no firewall between them that rules could go to.";
const REPOSITORIES: &str =
    "The server pulls from no repositories: a pipeline that builds them deploys its archive with a token.";
