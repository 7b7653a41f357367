//! The whole of the system in one process: what `template.yaml` would deploy, on stand-ins for what only AWS has.
//!
//! Invariant: a function here differs from a deployed one in its `AppState` alone: the addresses of the engines, the secrets, and the clock,
//! the chance and the clients where the tests give their own. Two stacks over one `DynamoDB` address with the same secrets are two
//! instances of one system.

use std::{
    collections::{BTreeMap, HashMap},
    net::Ipv4Addr,
    path::PathBuf,
    sync::Arc,
};

use shared::{
    app::AppState,
    aws::Clients,
    clock::{Clock, SystemClock},
    config::Config,
    random::{Random, SystemRandom},
    runtime::Function,
};
use tokio::net::TcpListener;

use crate::{
    connections::{self, Server},
    data_folder::{DataFolder, generated_secret},
    dynamodb::Engine,
    gateway::{Gateway, Target},
    groups,
    route_table::RouteTable,
    sns_recorder::{OnMessage, Recorder},
    stack_error::StackError,
    table,
    template::{Deployment, FunctionDefinition, Overrides, StandIns, Template},
};

/// Makes the clients of a group's function.
pub type ClientsOf = Arc<dyn Fn(&str, &Config) -> Clients + Send + Sync>;

/// What a stack is made with; the default is all in memory, on free ports.
#[derive(Clone)]
pub struct StackOptions {
    /// Values for the template's parameters.
    pub overrides: Overrides,
    /// Another name for the table than its logical id.
    pub table_name: Option<String>,
    /// Where data and secrets are kept; none: in memory.
    pub data: Option<PathBuf>,
    /// A `DynamoDB` API to use instead of the embedded one.
    pub dynamodb_endpoint: Option<String>,
    /// An SNS API to use instead of the recorder.
    pub sns_endpoint: Option<String>,
    /// Where the engines listen.
    pub engines: EngineAddresses,
    /// The secrets by logical id, instead of kept or generated ones.
    pub secrets: Option<BTreeMap<String, String>>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub random: Arc<dyn Random>,
    /// The clients of AWS.
    pub clients: ClientsOf,
    /// Called with each message that the recorder accepts.
    pub on_message: Option<OnMessage>,
}

/// Where the engines listen; port 0 is any free one.
#[derive(Debug, Clone)]
pub struct EngineAddresses {
    /// Name or address of the host, the same for both.
    pub host: String,
    /// Port of the embedded `DynamoDB`.
    pub dynamodb_port: u16,
    /// Port of the SNS recorder.
    pub sns_port: u16,
}

/// A running stack. Dropped or stopped, its engines end.
pub struct Stack {
    /// The API in front of the functions.
    pub gateway: Gateway,
    /// What was sent.
    pub recorder: Recorder,
    /// The resolved template.
    pub deployment: Deployment,
    /// The secrets by logical id.
    pub secrets: BTreeMap<String, String>,
    /// Address of the `DynamoDB` API.
    pub dynamodb_endpoint: String,
    /// Address of the SNS API.
    pub sns_endpoint: String,
    states: HashMap<String, AppState>,
    engine: Option<Engine>,
    sns: Option<Server>,
    _data: Option<DataFolder>,
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
            clients: Arc::new(|_, config| Clients::new(config)),
            on_message: None,
        }
    }
}

impl Default for EngineAddresses {
    fn default() -> Self {
        Self { host: Ipv4Addr::LOCALHOST.to_string(), dynamodb_port: 0, sns_port: 0 }
    }
}

impl Stack {
    /// Starts everything that `template` would deploy, and makes the table where it is absent.
    pub async fn start(template: &Template, options: StackOptions) -> Result<Self, StackError> {
        // Without secrets first: a wrong parameter shall not leave a folder behind.
        let data = options.check(template)?.data_folder()?;
        let secrets = options.secrets(template, data.as_ref())?;
        let stand_ins = StandIns { table_name: options.table_name.clone(), secrets: secrets.clone() };
        let deployment = template.resolve(&options.overrides, &stand_ins)?;
        groups::check(&deployment.functions)?;

        let recorder = Recorder::new(options.on_message.clone());
        let engine = options.start_engine(data.as_ref()).await?;
        let sns = options.start_recorder(&recorder).await?;
        let dynamodb_endpoint = options.dynamodb_endpoint.clone().or(engine.as_ref().map(Engine::endpoint));
        let sns_endpoint = options.sns_endpoint.clone().or(sns.as_ref().map(Server::url));
        let endpoints = Endpoints { dynamodb: dynamodb_endpoint.unwrap_or_default(), sns: sns_endpoint.unwrap_or_default() };
        let configs = endpoints.configs(&deployment.functions)?;
        if let Some((_, config)) = configs.first() {
            table::create_table_if_absent(&Clients::new(config).dynamodb, &deployment.table).await?;
        }
        let states = options.states(configs);
        Ok(Self {
            gateway: gateway(&deployment.functions, &states, options.clock.clone())?,
            recorder,
            deployment,
            secrets,
            dynamodb_endpoint: endpoints.dynamodb,
            sns_endpoint: endpoints.sns,
            states,
            engine,
            sns,
            _data: data,
        })
    }

    /// What each function does beside its first request: opens its connections, publishes its keys.
    pub async fn prepare(&self) {
        for state in self.states.values() {
            state.prepare().await;
        }
    }

    /// The functions' log level, the same for all.
    pub fn log_level(&self) -> &str {
        let mut levels = self.deployment.functions.iter().filter_map(|function| function.environment.get("LOG_LEVEL"));
        levels.next().map_or("info", String::as_str)
    }

    /// The state of a group's function.
    pub fn state(&self, group: &str) -> Option<&AppState> {
        self.states.get(group)
    }

    /// The function of a group, also by its logical id in the template.
    pub fn function(&self, name: &str) -> Option<&Function> {
        let named = |function: &&FunctionDefinition| function.group == name || function.logical_id == name;
        self.deployment.functions.iter().find(named).and_then(|function| self.gateway.function(&function.group))
    }

    /// Ends the engines; everything written is in the data folder.
    pub async fn stop(self) {
        let engine = async {
            if let Some(engine) = self.engine {
                engine.stop().await;
            }
        };
        let sns = async {
            if let Some(sns) = self.sns {
                sns.stop().await;
            }
        };
        tokio::join!(engine, sns);
    }
}

impl StackOptions {
    fn check(&self, template: &Template) -> Result<&Self, StackError> {
        let secrets = template.secrets().into_iter().map(|id| (id, "unknown".to_owned())).collect();
        let deployment = template.resolve(&self.overrides, &StandIns { table_name: None, secrets })?;
        groups::check(&deployment.functions)?;
        Ok(self)
    }

    fn data_folder(&self) -> Result<Option<DataFolder>, StackError> {
        Ok(self.data.as_deref().map(DataFolder::open).transpose()?)
    }

    fn secrets(&self, template: &Template, data: Option<&DataFolder>) -> Result<BTreeMap<String, String>, StackError> {
        match (&self.secrets, data) {
            (Some(secrets), _) => Ok(secrets.clone()),
            (None, Some(data)) => Ok(data.secrets(&template.secrets())?),
            (None, None) => Ok(template.secrets().into_iter().map(|id| (id, generated_secret())).collect()),
        }
    }

    async fn start_engine(&self, data: Option<&DataFolder>) -> Result<Option<Engine>, StackError> {
        if self.dynamodb_endpoint.is_some() {
            return Ok(None);
        }
        let listener = self.engines.listener(self.engines.dynamodb_port).await?;
        let file = data.map(DataFolder::database);
        Ok(Some(Engine::start(listener, file.as_deref())?))
    }

    async fn start_recorder(&self, recorder: &Recorder) -> Result<Option<Server>, StackError> {
        if self.sns_endpoint.is_some() {
            return Ok(None);
        }
        let listener = self.engines.listener(self.engines.sns_port).await?;
        recorder.serve(listener).map(Some).map_err(StackError::Socket)
    }

    fn states(&self, configs: Vec<(String, Config)>) -> HashMap<String, AppState> {
        let state = |(group, config): (String, Config)| {
            let clients = (self.clients)(&group, &config);
            (group, AppState::new(config, clients, self.clock.clone(), self.random.clone()))
        };
        configs.into_iter().map(state).collect()
    }
}

impl EngineAddresses {
    async fn listener(&self, port: u16) -> Result<TcpListener, StackError> {
        Ok(connections::bind(&self.host, port).await?)
    }
}

/// Where the functions find AWS.
struct Endpoints {
    dynamodb: String,
    sns: String,
}

impl Endpoints {
    fn configs(&self, functions: &[FunctionDefinition]) -> Result<Vec<(String, Config)>, StackError> {
        let config = |function: &FunctionDefinition| {
            let config = Config::from_variables(&self.environment(function));
            let config = config.map_err(|error| StackError::Config { function: function.logical_id.clone(), error })?;
            Ok((function.group.clone(), config))
        };
        functions.iter().map(config).collect()
    }

    /// The template's variables and those that Lambda sets.
    fn environment(&self, function: &FunctionDefinition) -> HashMap<String, String> {
        let set_by_lambda = [
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_ENDPOINT_URL_DYNAMODB", &self.dynamodb),
            ("AWS_ENDPOINT_URL_SNS", &self.sns),
        ];
        let mut variables = function.environment.clone();
        variables.extend(set_by_lambda.map(|(name, value)| (name.to_owned(), value.to_owned())));
        variables
    }
}

fn gateway(
    functions: &[FunctionDefinition],
    states: &HashMap<String, AppState>,
    clock: Arc<dyn Clock>,
) -> Result<Gateway, StackError> {
    let keys = functions.iter().flat_map(|function| function.routes.iter().map(|key| (key, &function.group)));
    let routes = RouteTable::new(keys.map(|(key, group)| (key.clone(), group.clone())).collect());
    let routes = routes.map_err(StackError::RouteTwice)?;
    let target = |function: &FunctionDefinition| {
        let served = groups::routes(&function.group)?;
        let state = states.get(&function.group)?.clone();
        let target = Target { function: Function::new(served, state), timeout: function.timeout };
        Some((function.group.clone(), target))
    };
    Ok(Gateway::new(routes, functions.iter().filter_map(target).collect(), clock))
}
