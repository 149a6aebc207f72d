package io.k8j.apiserver;

import io.k8j.apiserver.audit.AuditEvent;
import io.k8j.apiserver.audit.AuditStage;
import io.k8j.apiserver.audit.Auditor;
import io.k8j.apiserver.spi.Authorizer.Attributes;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.WatchListener;
import io.k8j.model.resource.GroupVersionResource;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

/** Records requests of components of this process, which come without HTTP. */
final class DirectAudit {
    private DirectAudit() {}

    static ApiResponse call(Auditor auditor, UserInfo user, String agent, ApiCall call, Supplier<ApiResponse> serve) {
        AuditEvent event = auditor.begin(origin(auditor, agent, call), attributes(user, call));
        try {
            ApiResponse response = Auditor.within(event, serve::get);
            event.responseCode(response.code());
            if (event.wantsResponse() && response.object() != null) {
                event.responseObject(response.object().tree());
            }
            return response;
        } catch (ApiException refusal) {
            event.responseStatus(refusal.toStatus());
            throw refusal;
        } catch (RuntimeException | StackOverflowError fault) {
            event.fault(fault);
            throw fault;
        } finally {
            auditor.complete(event, false);
        }
    }

    static ApiTransport.Watch watch(
            Auditor auditor,
            UserInfo user,
            String agent,
            ApiCall call,
            WatchListener listener,
            Function<WatchListener, ApiTransport.Watch> begin) {
        AuditEvent event = auditor.begin(origin(auditor, agent, call), attributes(user, call));
        try {
            ApiTransport.Watch watch = Auditor.within(
                    event,
                    () -> begin.apply(new WatchListener() {
                        @Override
                        public boolean onlyNotes() {
                            return listener.onlyNotes();
                        }

                        @Override
                        public void event(EventType type, ApiObject object) {
                            listener.event(type, object);
                        }

                        @Override
                        public void closed(RuntimeException cause) {
                            listener.closed(cause);
                            auditor.complete(event, true);
                        }
                    }));
            event.responseCode(200);
            auditor.stage(event, AuditStage.RESPONSE_STARTED);
            return watch;
        } catch (ApiException refusal) {
            event.responseStatus(refusal.toStatus());
            auditor.stage(event, AuditStage.RESPONSE_STARTED);
            auditor.complete(event, true);
            throw refusal;
        }
    }

    private static AuditEvent.Origin origin(Auditor auditor, String agent, ApiCall call) {
        return new AuditEvent.Origin(
                UUID.randomUUID().toString(),
                uri(call),
                List.of("127.0.0.1"),
                agent,
                auditor.clock().instant());
    }

    private static Attributes attributes(UserInfo user, ApiCall call) {
        GroupVersionResource r = call.resource();
        boolean isNamespace = r.group().isEmpty() && r.resource().equals("namespaces");
        return new Attributes(
                user,
                call.verb().word(),
                r.group(),
                r.version(),
                r.resource(),
                call.subresource(),
                isNamespace ? call.name() : call.namespace(),
                call.name(),
                null);
    }

    /** The URI that the same request would have over HTTP. */
    private static String uri(ApiCall call) {
        GroupVersionResource r = call.resource();
        StringBuilder uri = new StringBuilder(
                r.group().isEmpty() ? "/api/" + r.version() : "/apis/" + r.group() + "/" + r.version());
        if (!call.namespace().isEmpty()) uri.append("/namespaces/").append(call.namespace());
        uri.append('/').append(r.resource());
        if (!call.name().isEmpty()) uri.append('/').append(call.name());
        if (!call.subresource().isEmpty()) uri.append('/').append(call.subresource());
        TreeMap<String, String> query = new TreeMap<>(call.query());
        if (call.verb() == io.k8j.model.api.Verb.WATCH) query.put("watch", "true");
        String separator = "?";
        for (var parameter : query.entrySet()) {
            uri.append(separator)
                    .append(parameter.getKey())
                    .append('=')
                    .append(URLEncoder.encode(parameter.getValue(), StandardCharsets.UTF_8));
            separator = "&";
        }
        return uri.toString();
    }
}
