//! The folders of the documentation and their operations, in the order of the original API, which
//! this backend replaces.
//!
//! Invariant: only this file defines the order. Operations that the original API does not have come
//! last in their folder, in the order of their registration; tags that it does not have become
//! folders after these, described by their groups' packages. A contract test checks the document.

/// Folders under one heading.
#[derive(Debug)]
pub struct Group {
    pub name: &'static str,
    pub folders: &'static [Folder],
}

/// A tag of the document.
#[derive(Debug)]
pub struct Folder {
    pub tag: &'static str,
    /// Its name under the heading of its group.
    pub display_name: &'static str,
    pub description: &'static str,
    /// The ids of its operations in the original API.
    pub operations: &'static [&'static str],
}

pub const GROUPS: &[Group] = &[
    Group {
        name: "Sample APIs",
        folders: &[
            Folder {
                tag: "Sample APIs",
                display_name: "Sample APIs",
                description: "Swagger's Petstore: the operations for a first try.",
                operations: &["addPet", "updatePet", "findPetsByStatus", "getPetById", "deletePet"],
            },
            Folder {
                tag: "pet",
                display_name: "pet",
                description: "More about pets.",
                operations: &["uploadFile", "findPetsByTags", "updatePetWithForm"],
            },
            Folder {
                tag: "store",
                display_name: "store",
                description: "Orders of the Petstore.",
                operations: &["getInventory", "placeOrder", "getOrderById", "deleteOrder"],
            },
            Folder {
                tag: "user",
                display_name: "user",
                description: "Users of the Petstore.",
                operations: &[
                    "createUsersWithListInput",
                    "getUserByName",
                    "updateUser",
                    "deleteUser",
                    "loginUser",
                    "logoutUser",
                    "createUsersWithArrayInput",
                    "createUser",
                ],
            },
        ],
    },
    Group {
        name: "👀 A_接口状态_看效果",
        folders: &[Folder {
            tag: "👀 A_接口状态_看效果",
            display_name: "👀 A_接口状态_看效果",
            description: "An operation that is still under development.",
            operations: &["allParameters"],
        }],
    },
    Group {
        name: "User",
        folders: &[
            Folder {
                tag: "User/Authentication",
                display_name: "Authentication",
                description: "One-time codes, tokens and sessions.",
                operations: &[
                    "refresh_token_create",
                    "logoutAllDevices",
                    "logoutDevice",
                    "sendOTP",
                ],
            },
            Folder {
                tag: "User/Customer",
                display_name: "Customer",
                description: "Log-in and the customer's profile.",
                operations: &[
                    "AuthenticateCustomer",
                    "GetCustomerDetails",
                    "UpdateCustomer",
                    "DeleteCustomer",
                ],
            },
        ],
    },
    Group {
        name: "Location",
        folders: &[
            Folder {
                tag: "Location/Country",
                display_name: "Country",
                description: "The countries of ISO 3166-1.",
                operations: &["ListCountries"],
            },
            Folder {
                tag: "Location/Region",
                display_name: "Region",
                description: "The regions of a country, and the region of a point.",
                operations: &["ListRegions", "GetRegionByPoint"],
            },
            Folder {
                tag: "Location/Address",
                display_name: "Address",
                description: "A customer's address book.",
                operations: &["ListAddresses", "CreateAddress", "UpdateAddress", "DeleteAddress"],
            },
        ],
    },
    Group {
        name: "Wallet",
        folders: &[Folder {
            tag: "Wallet",
            display_name: "Wallet",
            description: "Balances, ledger entries, and movements of money.",
            operations: &["listWalletDetails", "updateWallet"],
        }],
    },
    Group {
        name: "FCM",
        folders: &[
            Folder {
                tag: "FCM/Devices",
                display_name: "Devices",
                description: "Devices that receive pushes.",
                operations: &[
                    "devices_list",
                    "devices_create",
                    "devices_retrieve",
                    "devices_update",
                    "devices_destroy",
                    "devices_partial_update",
                ],
            },
            Folder {
                tag: "FCM/Notification",
                display_name: "Notification",
                description: "The inbox.",
                operations: &["listNotifications", "deleteNotification", "bulkDeleteNotifications"],
            },
        ],
    },
    Group {
        name: "AppInfo",
        folders: &[Folder {
            tag: "AppInfo",
            display_name: "AppInfo",
            description: "What an app shows to everybody, and whether it must be updated.",
            operations: &["getSocialAccounts", "getAppInfo", "listFaqs"],
        }],
    },
];

/// The operations under development. All others are released.
pub const DEVELOPING: &[&str] = &["allParameters"];

/// All folders, in order.
pub fn folders() -> impl Iterator<Item = &'static Folder> {
    GROUPS.iter().flat_map(|group| group.folders)
}

/// The index of an operation's folder, and its index among the folder's original operations. What
/// is not listed comes last.
pub fn position(tag: &str, id: &str) -> Option<(usize, usize)> {
    let (index, folder) = folders().enumerate().find(|(_, folder)| folder.tag == tag)?;
    let operation = folder.operations.iter().position(|operation| *operation == id);
    Some((index, operation.unwrap_or(usize::MAX)))
}
