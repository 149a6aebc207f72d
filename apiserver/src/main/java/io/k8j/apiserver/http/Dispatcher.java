package io.k8j.apiserver.http;

import io.k8j.apiserver.ApiServerCore;
import io.k8j.apiserver.resource.ServedResource;
import io.k8j.apiserver.spi.Authorizer.Attributes;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.Verb;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.ResourceInfo;
import io.k8j.model.resource.ResourceRegistry;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Sends a request to the resource, stream or document it asks for. */
public final class Dispatcher implements RequestFilter.Next {
    /** Serves paths that are not about stored resources; empty if it does not know the path. */
    public interface Documents {
        Optional<ExchangeHandler> find(Exchange exchange);
    }

    private final ApiServerCore core;
    private final Documents foreign;
    private final List<Documents> documents;
    private final ConnectHandler connect;
    private final Answers answers;
    private final InstantSource clock;
    private final RequestMetrics metrics;
    private final WatchFrames frames = new WatchFrames();

    /** @param foreign finds requests that other servers answer; it is asked first */
    public Dispatcher(
            ApiServerCore core,
            Documents foreign,
            List<Documents> documents,
            ConnectHandler connect,
            InstantSource clock,
            RequestMetrics metrics) {
        this.metrics = metrics;
        this.core = core;
        this.foreign = foreign;
        this.documents = List.copyOf(documents);
        this.connect = connect;
        this.answers = new Answers(clock);
        this.clock = clock;
    }

    @Override
    public void proceed(Exchange exchange) throws InterruptedException {
        RequestPath path = exchange.requestPath();
        Optional<ExchangeHandler> elsewhere = foreign.find(exchange);
        if (elsewhere.isPresent()) {
            if (path.resource() == null) authorizePath(exchange);
            else checkMayAsk(exchange, path);
            elsewhere.get().handle(exchange);
            return;
        }
        if (path.resource() == null) {
            document(exchange);
            return;
        }
        ServedResource resource = core.table().get(path.resource());
        if (resource == null) {
            missing(exchange, path);
            return;
        }
        boolean wholeCluster = path.namespace().isEmpty();
        boolean elsewhereInTree =
                resource.info().namespaced() == wholeCluster && !servesAcross(exchange, path, resource);
        if (elsewhereInTree || isTooDeep(path, resource)) {
            missing(exchange, path);
            return;
        }
        if (connect.serves(path)) {
            connect.handle(exchange, path);
            return;
        }
        serve(exchange, path, resource);
    }

    /** Answers what no resource of that path, or none of that scope, is there for. */
    private void missing(Exchange exchange, RequestPath path) {
        checkMayAsk(exchange, path);
        // Upstream's own groups answer with a Status; where nobody serves the group, nobody speaks its language.
        if (ResourceRegistry.builtIn().groups().contains(path.resource().group())) throw pathNotFound();
        noPage(exchange);
    }

    /** Objects of all namespaces can be listed and watched together, nothing else. */
    private static boolean servesAcross(Exchange exchange, RequestPath path, ServedResource resource) {
        boolean collection = path.namespace().isEmpty()
                && path.name().isEmpty()
                && resource.info().verbs().contains("list");
        if (!collection) return false;
        Verb verb = CallReader.verb(exchange, path);
        if (verb == Verb.LIST || verb == Verb.WATCH) return true;
        if (resource.custom() == null) throw ApiException.methodNotAllowed();
        return false;
    }

    /** Reviews and the like have no names, and below subresources there is something for the proxies only. */
    private static boolean isTooDeep(RequestPath path, ServedResource resource) {
        if (!path.rest().isEmpty()) return !path.subresource().equals("proxy");
        return !path.name().isEmpty()
                && resource.storage() == null
                && resource.info().verbs().equals(List.of("create"));
    }

    /** What a request for a resource wants, and in which form. */
    private record Asked(ApiCall call, Negotiation form) {}

    private void serve(Exchange exchange, RequestPath path, ServedResource resource) {
        Answers.warn(exchange, Deprecations.of(resource));
        Asked asked;
        try {
            asked = read(exchange, path, resource);
        } catch (ApiException e) {
            checkMayAsk(exchange, path); // who may not do it learns nothing about what is wrong with it
            throw e;
        }
        if (asked.call().verb() == Verb.WATCH) {
            WatchResponder responder = new WatchResponder(
                    exchange, resource, asked.form(), clock, metrics.watchEvents(resource.gvr()), frames);
            watch(exchange, asked.call(), responder);
            return;
        }
        ApiResponse response = core.call(exchange.user(), agent(exchange), asked.call());
        answers.send(exchange, resource, response, asked.form());
    }

    /** That a version is too old or has not come yet is an event of the watch, as upstream finds it out in its cache. */
    private void watch(Exchange exchange, ApiCall call, WatchResponder responder) {
        try {
            responder.open(core.watch(exchange.user(), agent(exchange), call, responder));
        } catch (ApiException e) {
            if (!e.isGone() && e.code() != 504) throw e;
            responder.open(() -> {});
            responder.closed(e);
        }
    }

    private Asked read(Exchange exchange, RequestPath path, ServedResource resource) {
        boolean custom = resource.custom() != null;
        boolean noProtobuf = custom || resource.schema() == null;
        Verb verb = CallReader.verb(exchange, path);
        if (!custom) checkRoute(exchange, path, resource, verb);
        // Custom resources are served by another part of upstream, which takes HEAD for GET.
        if (verb == null || !custom && exchange.method().equals("HEAD")) {
            boolean nameless =
                    exchange.method().equals("PUT") || exchange.method().equals("PATCH");
            if (custom && nameless) throw ApiException.badRequest("name must be provided");
            throw ApiException.methodNotAllowed();
        }
        GroupVersionKind kind = kindOfBody(resource, path.subresource());
        if (verb == Verb.WATCH) {
            Negotiation form = Negotiation.ofWatch(exchange, noProtobuf);
            return new Asked(CallReader.read(exchange, path, verb, kind, custom), form);
        }
        boolean review = resource.storage() == null && verb == Verb.CREATE;
        Negotiation form = Negotiation.of(exchange, noProtobuf, !review);
        boolean writes = verb == Verb.CREATE || verb == Verb.UPDATE;
        boolean protobuf = MediaTypes.PROTOBUF.equals(MediaTypes.contentType(exchange.header("Content-Type")));
        if (writes && protobuf && custom) throw CallReader.notInProtobuf(exchange, resource.gvk());
        ApiCall call = CallReader.read(exchange, path, verb, kind, custom);
        boolean scale = path.subresource().equals("scale");
        if (writes && custom && !scale) KindOfBody.checkCustom(exchange, call.body(), resource.gvk());
        return new Asked(call, form);
    }

    private static GroupVersionKind kindOfBody(ServedResource resource, String subresource) {
        if (subresource.isEmpty()) return resource.gvk();
        for (ResourceInfo.Subresource part : resource.info().subresources()) {
            if (part.name().equals(subresource)) return part.gvk();
        }
        return resource.gvk();
    }

    /**
     * Upstream finds built-in resources by routes, which refuse before anybody reads what the request carries: an unknown
     * path first, then its method, then the forms of body and answer.
     */
    private void checkRoute(Exchange exchange, RequestPath path, ServedResource resource, Verb verb) {
        core.checkSubresource(resource, path.subresource(), path.name());
        boolean served = verb != null
                && core.serves(
                        resource,
                        new ApiCall(
                                verb,
                                path.resource(),
                                path.namespace(),
                                path.name(),
                                path.subresource(),
                                Map.of(),
                                null,
                                null));
        if (!served || exchange.method().equals("HEAD")) throw ApiException.methodNotAllowed();
        if (verb == Verb.PATCH) CallReader.checkPatchType(exchange);
        boolean collection = verb == Verb.LIST || verb == Verb.WATCH;
        List<String> forms = collection ? MediaTypes.OF_COLLECTIONS : MediaTypes.SUPPORTED;
        if (!MediaTypes.names(exchange.header("Accept"), forms)) throw ApiException.noRepresentation(forms);
    }

    private void document(Exchange exchange) {
        authorizePath(exchange);
        for (Documents some : documents) {
            Optional<ExchangeHandler> handler = some.find(exchange);
            if (handler.isPresent()) {
                handler.get().handle(exchange);
                return;
            }
        }
        throw pathNotFound();
    }

    private void authorizePath(Exchange exchange) {
        String verb = exchange.method().toLowerCase(Locale.ROOT);
        core.access().check(new Attributes(exchange.user(), verb, "", "", "", "", "", "", exchange.path()));
    }

    /** Who may not see a resource does not learn whether it exists. */
    private void checkMayAsk(Exchange exchange, RequestPath path) {
        Verb verb = CallReader.verb(exchange, path);
        core.access()
                .check(new Attributes(
                        exchange.user(),
                        verb == null ? exchange.method().toLowerCase(Locale.ROOT) : verb.word(),
                        path.resource().group(),
                        path.resource().version(),
                        path.resource().resource(),
                        path.subresource(),
                        path.namespace(),
                        path.name(),
                        null));
    }

    /** The first word of the User-Agent manages the fields of writers that give no other name. */
    private static String agent(Exchange exchange) {
        String agent = exchange.header("User-Agent");
        return agent == null ? "" : agent;
    }

    /** Says that there is no such page, where there is no API either. */
    public static void noPage(Exchange exchange) {
        exchange.setResponseHeader("X-Content-Type-Options", "nosniff");
        exchange.respond(404, "text/plain; charset=utf-8", PAGE_NOT_FOUND);
    }

    private static final byte[] PAGE_NOT_FOUND = "404 page not found\n".getBytes(StandardCharsets.US_ASCII);

    static ApiException pathNotFound() {
        return new ApiException(
                404, "NotFound", "the server could not find the requested resource", new java.util.LinkedHashMap<>());
    }
}
