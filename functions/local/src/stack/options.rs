//! The options of a stack, and what each of them starts.
//!
//! Invariant: the default leaves nothing behind and uses free ports, so that any number of tests
//! can run at once.

use std::{
    collections::{BTreeMap, HashMap},
    net::Ipv4Addr,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use shared::{
    app::AppState,
    aws::Clients,
    clock::{Clock, SystemClock},
    random::{Random, SystemRandom},
    settings::Settings,
};
use tokio::net::TcpListener;

use crate::{
    connections::{self, Server},
    data_folder::{DataFolder, generated_secret},
    dynamodb::Engine,
    functions,
    sns_recorder::{OnMessage, Recorder},
    stack_error::StackError,
    template::{Overrides, StandIns, Template},
};

/// Creates the AWS clients of a group's function.
pub type ClientsOf = Arc<dyn Fn(&str, &Settings) -> Clients + Send + Sync>;

/// The default keeps everything in memory, on free ports.
#[derive(Clone)]
pub struct StackOptions {
    /// Values for the template's parameters.
    pub overrides: Overrides,
    /// The table's name, if it is not the logical id.
    pub table_name: Option<String>,
    /// The folder for data and secrets; in memory if absent.
    pub data: Option<PathBuf>,
    /// The address of a DynamoDB API to use instead of the embedded one.
    pub dynamodb_endpoint: Option<String>,
    /// The address of an SNS API to use instead of the recorder.
    pub sns_endpoint: Option<String>,
    pub engines: EngineAddresses,
    /// The secrets by logical id, instead of stored or generated ones.
    pub secrets: Option<BTreeMap<String, String>>,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub clients: ClientsOf,
    pub on_message: Option<OnMessage>,
    /// Replaces the timeouts of the template and the gateway.
    pub invocation_timeout: Option<Duration>,
}

/// Where the engines listen. Port 0 is any free port.
#[derive(Debug, Clone)]
pub struct EngineAddresses {
    pub host: String,
    pub dynamodb_port: u16,
    pub sns_port: u16,
}

impl Default for StackOptions {
    fn default() -> Self {
        Self {
            overrides: Overrides::new(),
            table_name: None,
            data: None,
            dynamodb_endpoint: None,
            sns_endpoint: None,
            engines: EngineAddresses::default(),
            secrets: None,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            clients: Arc::new(|_, settings| Clients::new(&settings.aws)),
            on_message: None,
            invocation_timeout: None,
        }
    }
}

impl Default for EngineAddresses {
    fn default() -> Self {
        Self { host: Ipv4Addr::LOCALHOST.to_string(), dynamodb_port: 0, sns_port: 0 }
    }
}

/// Parameters whose defaults switch something off that a developer wants on.
const LOCAL_DEFAULTS: [(&str, &str); 5] = [
    ("CodeCountries", "US,CA,GB,SA,AE,CN,IN"),
    ("PlatformApplicationArn", "arn:aws:sns:us-east-1:123456789012:app/GCM/local"),
    ("EnableMock", "true"),
    ("MockDelaySeconds", "5"),
    ("EnablePetstore", "true"),
];

impl StackOptions {
    pub(super) fn apply_local_defaults(&mut self, template: &Template) {
        for (name, value) in LOCAL_DEFAULTS {
            if template.parameters().iter().any(|parameter| parameter.name == name) {
                self.overrides.entry(name.to_owned()).or_insert_with(|| value.to_owned());
            }
        }
    }

    pub(super) fn check(&self, template: &Template) -> Result<&Self, StackError> {
        let secrets = template.secrets().into_iter().map(|id| (id, "unknown".to_owned())).collect();
        template.resolve(&self.overrides, &StandIns { table_name: None, secrets })?;
        functions::check(&template.groups())?;
        Ok(self)
    }

    pub(super) fn data_folder(&self) -> Result<Option<DataFolder>, StackError> {
        Ok(self.data.as_deref().map(DataFolder::open).transpose()?)
    }

    pub(super) fn secrets(
        &self,
        template: &Template,
        data: Option<&DataFolder>,
    ) -> Result<BTreeMap<String, String>, StackError> {
        match (&self.secrets, data) {
            (Some(secrets), _) => Ok(secrets.clone()),
            (None, Some(data)) => Ok(data.secrets(&template.secrets())?),
            (None, None) => {
                Ok(template.secrets().into_iter().map(|id| (id, generated_secret())).collect())
            }
        }
    }

    pub(super) async fn start_engine(
        &self,
        data: Option<&DataFolder>,
    ) -> Result<Option<Engine>, StackError> {
        if self.dynamodb_endpoint.is_some() {
            return Ok(None);
        }
        let listener = self.engines.listener(self.engines.dynamodb_port).await?;
        let file = data.map(DataFolder::database).transpose()?;
        Ok(Some(Engine::start(listener, file.as_deref())?))
    }

    pub(super) async fn start_recorder(
        &self,
        recorder: &Recorder,
    ) -> Result<Option<Server>, StackError> {
        if self.sns_endpoint.is_some() {
            return Ok(None);
        }
        let listener = self.engines.listener(self.engines.sns_port).await?;
        recorder.serve(listener).map(Some).map_err(StackError::Socket)
    }

    pub(super) fn states(&self, settings: Vec<(String, Settings)>) -> HashMap<String, AppState> {
        let state = |(group, settings): (String, Settings)| {
            let clients = (self.clients)(&group, &settings);
            (group, AppState::new(settings, clients, self.clock.clone(), self.random.clone()))
        };
        settings.into_iter().map(state).collect()
    }
}

impl EngineAddresses {
    async fn listener(&self, port: u16) -> Result<TcpListener, StackError> {
        Ok(connections::bind(&self.host, port).await?)
    }
}
