package io.k8j.apiserver;

import io.k8j.apiserver.admission.HookUsers;
import io.k8j.apiserver.admission.WebhookClient;
import io.k8j.apiserver.admission.policy.PolicyStatus;
import io.k8j.apiserver.bootstrap.Bootstrap;
import io.k8j.apiserver.cache.StoreFeed;
import io.k8j.apiserver.crd.CustomResources;
import io.k8j.apiserver.crd.DefinitionHook;
import io.k8j.apiserver.device.AdminAccessHook;
import io.k8j.apiserver.device.ClaimHook;
import io.k8j.apiserver.resource.ServedResource;
import io.k8j.apiserver.resource.StoredResource;
import io.k8j.apiserver.service.AddressRange;
import io.k8j.apiserver.service.RepairLoop;
import io.k8j.apiserver.service.ServiceAllocator;
import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.apiserver.subresource.BindingHandler;
import io.k8j.apiserver.subresource.EvictionHandler;
import io.k8j.apiserver.subresource.NamespaceRules;
import io.k8j.apiserver.subresource.PodRules;
import io.k8j.apiserver.subresource.ScaleHandler;
import io.k8j.apiserver.subresource.SigningRules;
import io.k8j.apiserver.subresource.Subresources;
import io.k8j.apiserver.subresource.TokenHandler;
import io.k8j.apiserver.verb.Admission;
import io.k8j.apiserver.verb.Call;
import io.k8j.apiserver.verb.CreateHandler;
import io.k8j.apiserver.verb.DeleteCollectionHandler;
import io.k8j.apiserver.verb.DeleteFlow;
import io.k8j.apiserver.verb.DeleteHandler;
import io.k8j.apiserver.verb.GetHandler;
import io.k8j.apiserver.verb.Handler;
import io.k8j.apiserver.verb.Hooks;
import io.k8j.apiserver.verb.ListHandler;
import io.k8j.apiserver.verb.ObjectCreator;
import io.k8j.apiserver.verb.ObjectEditor;
import io.k8j.apiserver.verb.ObjectWriter;
import io.k8j.apiserver.verb.PatchHandler;
import io.k8j.apiserver.verb.Rules;
import io.k8j.apiserver.verb.StorageRewriter;
import io.k8j.apiserver.verb.UpdateFlow;
import io.k8j.apiserver.verb.UpdateHandler;
import io.k8j.apiserver.verb.UpdateRules;
import io.k8j.apiserver.verb.WatchHandler;
import io.k8j.apiserver.virtual.AccessReviews;
import io.k8j.apiserver.virtual.ComponentStatuses;
import io.k8j.apiserver.virtual.IdentityReviews;
import io.k8j.apiserver.virtual.ResourceUsage;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.Verb;
import io.k8j.model.feature.FeatureGates;
import io.k8j.model.resource.GroupResource;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.resource.ResourceRegistry;
import io.k8j.model.time.Time;
import io.k8j.store.Store;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Puts the handlers together and finds the one for a request. */
final class Handlers implements AutoCloseable {
    private static final UserInfo SERVER = UserInfo.of("system:apiserver", "system:masters", "system:authenticated");

    private final Map<Verb, Handler> verbs = new EnumMap<>(Verb.class);
    private final Subresources subresources = new Subresources();
    private final WatchHandler watch;
    private final Admission admission;
    /** Deletes the objects of a definition that goes. */
    private final Handler instances;

    private final StorageRewriter rewriter;
    private final ObjectWriter writer;
    private final ApiServerCore core;
    private final CoreConfig config;
    private final Time time;
    private final AddressRange addresses;
    private final ServiceAllocator allocator;
    private final CustomResources customs;
    private final PolicyStatus policyStatus;
    private final RepairLoop repairs;

    Handlers(
            Store store,
            StoreFeed feed,
            CoreConfig config,
            Time time,
            ApiServerCore core,
            Access access,
            List<AdmissionPlugin> plugins,
            ApiServerCore.Parts parts) {
        this.core = core;
        this.config = config;
        this.time = time;
        admission = new Admission(plugins);
        writer = new ObjectWriter(store, feed, time);
        rewriter = new StorageRewriter(store, writer);
        ObjectEditor editor = new ObjectEditor(writer);
        addresses = AddressRange.ofFlag(config.serviceClusterIpRange());
        allocator = new ServiceAllocator(
                addresses,
                config.nodePortFirst(),
                config.nodePortLast(),
                storage("networking.k8s.io", "servicecidrs"),
                storage("networking.k8s.io", "ipaddresses"),
                editor,
                time,
                parts.random());
        repairs = new RepairLoop(time, this::repair);
        Hooks hooks = new Hooks(Map.of(
                new GroupResource("", "services"),
                allocator,
                new GroupResource("apiextensions.k8s.io", "customresourcedefinitions"),
                new DefinitionHook(),
                new GroupResource("resource.k8s.io", "resourceclaims"),
                new ClaimHook(core.reader(), access.authorizer()),
                new GroupResource("resource.k8s.io", "resourceclaimtemplates"),
                AdminAccessHook.ofTemplates(core.reader())));
        ObjectCreator creator = new ObjectCreator(writer, admission, hooks, parts.random());
        UpdateFlow updates = new UpdateFlow(writer, creator, admission, hooks);
        DeleteFlow deletes = new DeleteFlow(writer, admission, hooks);
        // Upstream asks admission about an eviction and the end of a definition, not about what goes with them.
        DeleteFlow admitted = new DeleteFlow(writer, Admission.NONE, hooks);
        ListHandler lister = new ListHandler(feed);
        Consumer<Call> mayCreate = call -> access.checkCreate(call.context().user(), call.api());
        verbs.put(Verb.GET, new GetHandler(feed));
        verbs.put(Verb.LIST, lister);
        verbs.put(Verb.CREATE, new CreateHandler(admission, creator));
        verbs.put(Verb.UPDATE, new UpdateHandler(updates, Rules.MAIN, mayCreate));
        verbs.put(Verb.PATCH, new PatchHandler(updates, Rules.MAIN, mayCreate));
        verbs.put(Verb.DELETE, new DeleteHandler(deletes));
        verbs.put(Verb.DELETECOLLECTION, new DeleteCollectionHandler(lister, deletes));
        instances = new DeleteCollectionHandler(lister, admitted);
        Handler getter = verbs.get(Verb.GET);
        updatable("*", "status", getter, updates, Rules.STATUS);
        updatable("pods", "ephemeralcontainers", getter, updates, PodRules.EPHEMERAL_CONTAINERS);
        updatable("pods", "resize", getter, updates, PodRules.RESIZE);
        subresources.add(
                "namespaces", "finalize", Verb.UPDATE, new UpdateHandler(updates, NamespaceRules.FINALIZE, call -> {}));
        updatable("certificatesigningrequests.certificates.k8s.io", "approval", getter, updates, SigningRules.APPROVAL);
        Handler scale = new ScaleHandler(updates);
        for (Verb verb : List.of(Verb.GET, Verb.UPDATE, Verb.PATCH)) subresources.add("*", "scale", verb, scale);
        Handler binding = new BindingHandler(
                storage("", "pods"),
                editor,
                admission,
                config.apis().gates().isOn(FeatureGates.CLEARING_NOMINATED_NODE));
        subresources.add("pods", "binding", Verb.CREATE, binding);
        subresources.add("bindings", "", Verb.CREATE, binding);
        subresources.add(
                "pods",
                "eviction",
                Verb.CREATE,
                new EvictionHandler(
                        storage("policy", "poddisruptionbudgets"), editor, admission, new DeleteHandler(admitted)));
        subresources.add("serviceaccounts", "token", Verb.CREATE, new TokenHandler(parts.tokens(), admission));
        addVirtual(access.authorizer(), parts, admission);
        if (config.apis().usage() != null)
            addUsage(new ResourceUsage(core.reader(), config.apis().usage()));
        customs = new CustomResources(
                storage("apiextensions.k8s.io", "customresourcedefinitions"),
                core.table(),
                feed,
                editor,
                time,
                config.cacheLimits(),
                this::deleteInstances,
                new WebhookClient(new ServiceAddresses(core.reader()), HookUsers.NONE));
        StoredResource policies = storage("admissionregistration.k8s.io", "validatingadmissionpolicies");
        policyStatus = new PolicyStatus(
                core.reader(),
                new TableVersions(core.table()),
                (name, change) -> editor.edit(policies, name, false, change));
        watch = new WatchHandler(feed, time, config.watchQueue());
    }

    private void updatable(String resource, String subresource, Handler getter, UpdateFlow updates, UpdateRules rules) {
        subresources.add(resource, subresource, Verb.GET, getter);
        subresources.add(resource, subresource, Verb.UPDATE, new UpdateHandler(updates, rules, call -> {}));
        subresources.add(resource, subresource, Verb.PATCH, new PatchHandler(updates, rules, call -> {}));
    }

    private void addVirtual(Authorizer authorizer, ApiServerCore.Parts parts, Admission admission) {
        AccessReviews reviews = new AccessReviews(authorizer, admission);
        String access = ".authorization.k8s.io";
        subresources.add("subjectaccessreviews" + access, "", Verb.CREATE, reviews.others(false));
        subresources.add("localsubjectaccessreviews" + access, "", Verb.CREATE, reviews.others(true));
        subresources.add("selfsubjectaccessreviews" + access, "", Verb.CREATE, reviews.self());
        subresources.add("selfsubjectrulesreviews" + access, "", Verb.CREATE, reviews.rules());
        String identity = ".authentication.k8s.io";
        subresources.add(
                "tokenreviews" + identity, "", Verb.CREATE, IdentityReviews.tokens(parts.reviews(), admission));
        subresources.add("selfsubjectreviews" + identity, "", Verb.CREATE, IdentityReviews.self(admission));
        subresources.add("componentstatuses", "", Verb.LIST, ComponentStatuses.list());
        subresources.add("componentstatuses", "", Verb.GET, ComponentStatuses.get());
    }

    private void addUsage(ResourceUsage usage) {
        subresources.add("nodes." + ResourceRegistry.METRICS, "", Verb.LIST, usage.nodes());
        subresources.add("nodes." + ResourceRegistry.METRICS, "", Verb.GET, usage.node());
        subresources.add("pods." + ResourceRegistry.METRICS, "", Verb.LIST, usage.pods());
        subresources.add("pods." + ResourceRegistry.METRICS, "", Verb.GET, usage.pod());
    }

    private StoredResource storage(String group, String resource) {
        return core.table().find(group, resource).storage();
    }

    /** Brings allocations in order and creates what every cluster has. */
    void start() {
        allocator.load(storage("", "services"));
        repairs.start();
        customs.start();
        policyStatus.start();
        if (!config.bootstrap()) return;
        new Bootstrap(call -> core.call(SERVER, "kube-apiserver", call), time)
                .run(addresses.cidr(), addresses.firstAddress(), config.advertiseAddress(), config.advertisePort());
    }

    void repair() {
        allocator.repair(storage("", "services"));
    }

    Handler find(ServedResource resource, ApiCall call) {
        if (!call.subresource().isEmpty() || resource.storage() == null) {
            return subresources.find(resource.gvr().qualified(), call.subresource(), call.verb());
        }
        if (!resource.info().verbs().contains(call.verb().word())) return null;
        return wantsName(call.verb()) == call.name().isEmpty() ? null : verbs.get(call.verb());
    }

    private static boolean wantsName(Verb verb) {
        return switch (verb) {
            case GET, UPDATE, PATCH, DELETE -> true;
            case LIST, WATCH, CREATE, DELETECOLLECTION -> false;
        };
    }

    ObjectWriter writer() {
        return writer;
    }

    StorageRewriter rewriter() {
        return rewriter;
    }

    WatchHandler watch() {
        return watch;
    }

    void admitConnect(Call call, Map<String, Object> options) {
        admission.check(new AdmissionRequest(
                call.context(),
                AdmissionRequest.Operation.CONNECT,
                call.resource().info().subresource(call.api().subresource()).gvk(),
                options,
                null,
                null));
    }

    private void deleteInstances(StoredResource resource) {
        GroupVersionResource gvr = new GroupVersionResource(
                resource.id().group(), resource.kind().version(), resource.id().resource());
        ServedResource any = core.table().find(gvr.group(), gvr.resource());
        if (any == null) return;
        ApiCall all = new ApiCall(Verb.DELETECOLLECTION, any.gvr(), "", "", "", Map.of(), null, null);
        instances.handle(core.context(SERVER, "kube-apiserver", all, any));
    }

    @Override
    public void close() {
        repairs.close();
        policyStatus.close();
        customs.close();
    }
}
