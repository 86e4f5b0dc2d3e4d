//! The class `marketplace.console`.

use crate::dispatch::method::methods;

methods! {
    /// Log lines that manifests and clients write.
    clear_log::ClearLog,
    read_log::ReadLog,
    write_log::WriteLog,
}
