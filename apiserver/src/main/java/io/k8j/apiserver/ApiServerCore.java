package io.k8j.apiserver;

import io.k8j.apiserver.audit.AuditEvent;
import io.k8j.apiserver.audit.Auditor;
import io.k8j.apiserver.cache.ResourceCache;
import io.k8j.apiserver.cache.StoreFeed;
import io.k8j.apiserver.crd.RuleMetrics;
import io.k8j.apiserver.encryption.Encryption;
import io.k8j.apiserver.metrics.CacheMetrics;
import io.k8j.apiserver.metrics.StoreMetrics;
import io.k8j.apiserver.resource.ResourceTable;
import io.k8j.apiserver.resource.ServedResource;
import io.k8j.apiserver.resource.StoredResource;
import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.CallInterceptor;
import io.k8j.apiserver.spi.ForeignCalls;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.spi.RequestContext;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.apiserver.verb.Call;
import io.k8j.apiserver.verb.Handler;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.GoQuote;
import io.k8j.model.api.Verb;
import io.k8j.model.api.WatchListener;
import io.k8j.model.time.Time;
import io.k8j.store.Store;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * The API server without its network side: authorization, resources, verbs, watch cache. The HTTP layer and the
 * transports of this process's components call it.
 *
 * <p>Threads: any number may call at once; a call blocks until it is answered, so each runs on a virtual thread of its
 * caller. Objects in answers are shared and immutable.
 */
public final class ApiServerCore implements AutoCloseable {
    private final Time time;
    private final ResourceTable table;
    private final StoreFeed feed;
    private final Encryption encryption;
    private final Access access;
    private final ObjectReader reader;
    private final Handlers handlers;
    private volatile Auditor auditor; // null if nothing is recorded
    private volatile CallInterceptor interceptor = (user, agent, call) -> {};
    private volatile ForeignCalls foreign = ForeignCalls.NONE;

    private ApiServerCore(Store store, CoreConfig config, Time time, Parts parts, Encryption encryption) {
        this.time = time;
        this.encryption = encryption;
        this.table = ResourceTable.builtIn(config.apis(), config.cacheLimits());
        List<ResourceCache> caches =
                table.storages().stream().map(StoredResource::cache).toList();
        this.feed = StoreFeed.start(store, time, caches, encryption);
        this.reader = new CacheReader(table);
        Authorizer authorizer = parts.authorizer().apply(reader);
        this.access = new Access(authorizer);
        List<AdmissionPlugin> plugins = parts.admission().apply(new Internals(this, reader, authorizer));
        this.handlers = new Handlers(store, feed, config, time, this, access, plugins, parts);
    }

    /**
     * What the server is completed with.
     *
     * @param authorizer makes the authorizer, which may read the caches
     * @param admission makes the admission steps in their order
     * @param tokens issues ServiceAccount tokens; null while there is no issuer
     * @param reviews answers TokenReviews; null while there is no authenticator
     * @param random the chance in generated names and given addresses
     */
    public record Parts(
            Function<ObjectReader, Authorizer> authorizer,
            Function<Internals, List<AdmissionPlugin>> admission,
            TokenIssuer tokens,
            TokenChecker reviews,
            RandomGenerator random) {
        /** Each thread has its own. */
        public static final RandomGenerator CHANCE =
                () -> ThreadLocalRandom.current().nextLong();

        /** Everything is allowed and nothing is admitted away: for tests of what lies below. */
        public static Parts open() {
            return new Parts(
                    r -> attributes -> new Authorizer.Decision.Allow(""), internals -> List.of(), null, null, CHANCE);
        }

        /** The same with another kind of chance. */
        public Parts withRandom(RandomGenerator other) {
            return new Parts(authorizer, admission, tokens, reviews, other);
        }
    }

    /** What admission steps may use while the server is being put together; calls work once it is open. */
    public record Internals(ApiServerCore core, ObjectReader reader, Authorizer authorizer) {}

    /**
     * Opens the server over a store: loads the caches and creates what every cluster has.
     *
     * @param store stays the caller's, who closes it after this
     */
    public static ApiServerCore open(Store store, CoreConfig config, Time time, Parts parts) {
        return open(store, config, time, parts, Encryption.none(time));
    }

    /**
     * Opens the server over a store whose values are encrypted.
     *
     * @param encryption stays the caller's
     */
    public static ApiServerCore open(Store store, CoreConfig config, Time time, Parts parts, Encryption encryption) {
        ApiServerCore core = new ApiServerCore(store, config, time, parts, encryption);
        try {
            core.handlers.start();
            return core;
        } catch (RuntimeException e) {
            core.close();
            throw e;
        }
    }

    /**
     * Serves one request, any verb but watch.
     *
     * @param agent the client's program (the User-Agent), which manages fields when the request names no manager
     * @throws ApiException upstream's refusal; nothing was changed then
     */
    public ApiResponse call(UserInfo user, String agent, ApiCall call) {
        Auditor recorder = auditor;
        if (recorder == null || Auditor.isWithin()) return serve(user, agent, call);
        return DirectAudit.call(recorder, user, agent, call, () -> serve(user, agent, call));
    }

    private ApiResponse serve(UserInfo user, String agent, ApiCall call) {
        interceptor.before(user, agent, call);
        access.check(user, call);
        Optional<ApiResponse> passedOn = foreign.answer(user, call);
        if (passedOn.isPresent()) return passedOn.get();
        ServedResource resource = resource(call);
        Handler handler = handlers.find(resource, call);
        if (handler == null) throw ApiException.methodNotAllowed();
        if (resource.storage() != null) checkName(call);
        Call served = context(user, agent, call, resource);
        try {
            return handler.handle(served);
        } catch (ApiException e) {
            List<String> warnings = served.context().warnings();
            throw warnings.isEmpty() ? e : e.withWarnings(warnings);
        } finally {
            answered(served.context());
        }
    }

    /** Names become parts of keys, so what would lead to other keys is none. */
    private static void checkName(ApiCall call) {
        String name = call.name();
        String why;
        if (name.equals(".") || name.equals("..")) why = "may not be '" + name + "'";
        else if (name.indexOf('/') >= 0) why = "may not contain '/'";
        else if (name.indexOf('%') >= 0) why = "may not contain '%'";
        else return;
        // An object that is written has a name of its own, which is compared with this one first.
        boolean written = call.verb() == Verb.UPDATE || call.verb() == Verb.CREATE;
        if (!written) throw ApiException.badRequest("Name parameter invalid: " + GoQuote.quote(name) + ": " + why);
    }

    private static void answered(RequestContext context) {
        context.answered();
        context.annotations().forEach(AuditEvent::annotate);
        context.bodyAnnotations().forEach(AuditEvent::annotateBodies);
    }

    /**
     * Starts a watch and returns once it is accepted. Events come on a thread of the watch, in order.
     *
     * @throws ApiException upstream's refusal. 410 (the version is too old) goes over HTTP as an ERROR event in an
     *     answer of 200, everything else as the answer
     */
    public ApiTransport.Watch watch(UserInfo user, String agent, ApiCall call, WatchListener listener) {
        Auditor recorder = auditor;
        if (recorder == null || Auditor.isWithin()) return begin(user, agent, call, listener);
        return DirectAudit.watch(recorder, user, agent, call, listener, told -> begin(user, agent, call, told));
    }

    private ApiTransport.Watch begin(UserInfo user, String agent, ApiCall call, WatchListener listener) {
        interceptor.before(user, agent, call);
        access.check(user, call);
        ServedResource resource = resource(call);
        if (resource.storage() == null || !resource.info().verbs().contains("watch"))
            throw ApiException.methodNotAllowed();
        return handlers.watch().watch(context(user, agent, call, resource), listener);
    }

    /** A transport for a component of this process. */
    public DirectTransport transport(UserInfo user, String agent) {
        return new DirectTransport(this, user, agent);
    }

    /** All served resources, for discovery, OpenAPI, tables and routing. */
    public ResourceTable table() {
        return table;
    }

    /** Reads the caches without access checks. */
    public ObjectReader reader() {
        return reader;
    }

    /** Authorizes what is not a resource request, such as a path or a proxied connection. */
    public Access access() {
        return access;
    }

    /**
     * Runs admission for a connection (exec, attach, portforward, proxy), which is no write of an object.
     *
     * @param options the connection's options object as a tree
     */
    public void admitConnect(UserInfo user, ApiCall call, java.util.Map<String, Object> options) {
        ServedResource resource = resource(call);
        Call connection = context(user, "", call, resource);
        try {
            handlers.admitConnect(connection, options);
        } finally {
            answered(connection.context());
        }
    }

    /** Appends the core's own metrics in Prometheus' text format. */
    void writeMetrics(StringBuilder out) {
        handlers.writer().metrics().write(out);
        StoreMetrics.writeSize(out, handlers.writer().diskBytes());
        CacheMetrics.write(out, table.storages(), feed);
        access.metrics().write(out);
        RuleMetrics.write(out);
    }

    /** Watches without a wish of their own last at least that long, and at most twice as long. */
    void minWatchTimeout(java.time.Duration least) {
        handlers.watch().minTimeout(least);
    }

    /** Records the requests of this process's components from now on, too; those that come over HTTPS are elsewhere. */
    void audit(Auditor recorder) {
        auditor = recorder;
    }

    /** Puts something in front of all requests from now on, in place of what was there. */
    public void intercept(CallInterceptor newInterceptor) {
        interceptor = newInterceptor;
    }

    /** Passes on from now on what belongs to servers behind this one; over HTTPS that is done before calls come here. */
    void passOn(ForeignCalls calls) {
        foreign = calls;
    }

    /**
     * Ends all running watches; their clients may begin new ones.
     *
     * @param cause what they are told; null for an ordinary end
     */
    public void endWatches(RuntimeException cause) {
        feed.endWatches(cause);
    }

    /**
     * Stores all objects again that the current encryption would store differently, until none is left.
     *
     * @param stop asked before each object
     * @return false if it was stopped before the end
     */
    public boolean rewriteStale(BooleanSupplier stop) {
        for (StoredResource stored : table.storages()) {
            if (encryption.covers(stored.id())
                    && !handlers.rewriter().run(stored, encryption.forResource(stored.id()), stop)) {
                return false;
            }
        }
        return true;
    }

    /** Whether a watch has something to tell its client yet; for tests that wait for quiet. */
    public boolean isDelivering() {
        return feed.isDelivering();
    }

    /** Runs the repair of Services' addresses now, which runs by itself every few minutes. */
    void repairAllocations() {
        handlers.repair();
    }

    /** The store's revision that all caches show. */
    public long revision() {
        return feed.applied();
    }

    /** Whether a handler is there for a call like this one; its options and body do not matter. */
    public boolean serves(ServedResource resource, ApiCall call) {
        if (call.verb() != Verb.WATCH) return handlers.find(resource, call) != null;
        return resource.storage() != null && resource.info().verbs().contains("watch");
    }

    /** @throws ApiException 404 if a resource has no such subresource; an empty name stands for the resource itself */
    public void checkSubresource(ServedResource resource, String subresource, String name) {
        if (subresource.isEmpty() || resource.info().subresource(subresource) != null) return;
        // Upstream looks for the path of a custom resource among its objects.
        throw resource.custom() == null ? unknown() : ApiException.notFound(resource.gvr(), name);
    }

    private ServedResource resource(ApiCall call) {
        ServedResource resource = table.get(call.resource());
        if (resource == null) throw unknown();
        checkSubresource(resource, call.subresource(), call.name());
        return resource;
    }

    Call context(UserInfo user, String agent, ApiCall call, ServedResource resource) {
        boolean dryRun = !call.query().getOrDefault("dryRun", "").isEmpty();
        RequestContext context = new RequestContext(
                user,
                call.verb(),
                call.resource(),
                call.namespace(),
                call.name(),
                call.subresource(),
                time.instant(),
                dryRun);
        return new Call(call, resource, context, agent);
    }

    private static ApiException unknown() {
        return new ApiException(
                404, "NotFound", "the server could not find the requested resource", new LinkedHashMap<>());
    }

    /** Ends all watches and stops; the store stays open. */
    @Override
    public void close() {
        handlers.close();
        feed.close();
    }

    /** The server's clock. */
    Time time() {
        return time;
    }
}
