//! The folders of the documentation and what stands in each, in the order of the API's source.
//!
//! Invariant: the one place that has this order. Operations that the source does not have stand
//! behind those that it has, in the order of their registration; a contract test holds the document
//! to it.

/// Folders that stand together.
#[derive(Debug)]
pub struct Group {
    /// Their heading.
    pub name: &'static str,
    /// In their order.
    pub folders: &'static [Folder],
}

/// One folder: a tag of the document.
#[derive(Debug)]
pub struct Folder {
    /// The tag.
    pub tag: &'static str,
    /// What it is called under its heading.
    pub shown: &'static str,
    /// What is in it.
    pub about: &'static str,
    /// The ids of the source's operations.
    pub operations: &'static [&'static str],
}

/// All of them.
pub const GROUPS: &[Group] = &[
    Group {
        name: "Sample APIs",
        folders: &[
            Folder {
                tag: "Sample APIs",
                shown: "Sample APIs",
                about: "Swagger's Petstore: what a first try needs.",
                operations: &["addPet", "updatePet", "findPetsByStatus", "getPetById", "deletePet"],
            },
            Folder {
                tag: "pet",
                shown: "pet",
                about: "More about pets.",
                operations: &["uploadFile", "findPetsByTags", "updatePetWithForm"],
            },
            Folder {
                tag: "store",
                shown: "store",
                about: "Orders of the Petstore.",
                operations: &["getInventory", "placeOrder", "getOrderById", "deleteOrder"],
            },
            Folder {
                tag: "user",
                shown: "user",
                about: "Users of the Petstore.",
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
            shown: "👀 A_接口状态_看效果",
            about: "What an operation looks like that is still being made.",
            operations: &["allParameters"],
        }],
    },
    Group {
        name: "User",
        folders: &[
            Folder {
                tag: "User/Authentication",
                shown: "Authentication",
                about: "One-time codes, tokens, sessions.",
                operations: &[
                    "refresh_token_create",
                    "logoutAllDevices",
                    "logoutDevice",
                    "sendOTP",
                ],
            },
            Folder {
                tag: "User/Customer",
                shown: "Customer",
                about: "Log-in and the customer's own profile.",
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
                shown: "Country",
                about: "The countries of ISO 3166-1.",
                operations: &["ListCountries"],
            },
            Folder {
                tag: "Location/Region",
                shown: "Region",
                about: "Where a point is.",
                operations: &["GetRegionByPoint"],
            },
            Folder {
                tag: "Location/Address",
                shown: "Address",
                about: "A customer's address book.",
                operations: &["ListAddresses", "CreateAddress", "UpdateAddress", "DeleteAddress"],
            },
        ],
    },
    Group {
        name: "Wallet",
        folders: &[Folder {
            tag: "Wallet",
            shown: "Wallet",
            about: "Balances, the ledger behind them, and movements of money.",
            operations: &["listWalletDetails", "updateWallet"],
        }],
    },
    Group {
        name: "FCM",
        folders: &[
            Folder {
                tag: "FCM/Devices",
                shown: "Devices",
                about: "Devices that are pushed to.",
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
                shown: "Notification",
                about: "The inbox.",
                operations: &["listNotifications", "deleteNotification", "bulkDeleteNotifications"],
            },
        ],
    },
    Group {
        name: "AppInfo",
        folders: &[Folder {
            tag: "AppInfo",
            shown: "AppInfo",
            about: "What an app shows to everybody, and whether it is too old.",
            operations: &["getSocialAccounts", "getAppInfo", "listFaqs"],
        }],
    },
];

/// What is still being made; everything else is released.
pub const DEVELOPING: &[&str] = &["allParameters"];

/// All folders in their order.
pub fn folders() -> impl Iterator<Item = &'static Folder> {
    GROUPS.iter().flat_map(|group| group.folders)
}

/// Where an operation stands: its folder's place, and its own among those of the source; behind
/// them where the source does not have it.
pub fn place(tag: &str, id: &str) -> (usize, usize) {
    let folder = folders().position(|folder| folder.tag == tag).unwrap_or(usize::MAX);
    let known = folders()
        .nth(folder)
        .and_then(|folder| folder.operations.iter().position(|operation| *operation == id));
    (folder, known.unwrap_or(usize::MAX))
}
