package io.k8j.apiserver.authn;

import io.k8j.apiserver.TokenChecker;
import io.k8j.apiserver.TokenIssuer;
import io.k8j.apiserver.authn.ServiceAccountTokens.Bound;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.spi.RequestContext;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.FieldError;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Answers TokenRequests and TokenReviews about ServiceAccount tokens. */
public final class TokenRequests implements TokenIssuer, TokenChecker {
    private static final GroupVersionKind KIND = new GroupVersionKind("authentication.k8s.io", "v1", "TokenRequest");
    private static final long SHORTEST = 600;
    private static final long LONGEST = 1L << 32;
    /** Tokens of an hour are those of mounted volumes; older clients do not reload them, so they are good for longer. */
    private static final long MOUNTED = 3607;

    private static final Duration MOUNTED_VALIDITY = Duration.ofDays(365);
    private static final Map<String, GroupVersionResource> BINDABLE = Map.of(
            "Pod", new GroupVersionResource("", "v1", "pods"),
            "Secret", new GroupVersionResource("", "v1", "secrets"),
            "Node", new GroupVersionResource("", "v1", "nodes"));

    private final ServiceAccountTokens tokens;
    private final Authentication authentication;
    private final List<String> audiences;
    private final ObjectReader objects;

    /** @param audiences the API server's own */
    public TokenRequests(
            ServiceAccountTokens tokens, Authentication authentication, List<String> audiences, ObjectReader objects) {
        this.tokens = tokens;
        this.authentication = authentication;
        this.audiences = List.copyOf(audiences);
        this.objects = objects;
    }

    @Override
    public Map<String, Object> issue(RequestContext context, ApiObject account, Map<String, Object> request) {
        Map<String, Object> spec = Trees.map(request, "spec");
        Object seconds = spec == null ? null : spec.get("expirationSeconds");
        long wanted = seconds instanceof Number n ? n.longValue() : 3600;
        if (wanted < SHORTEST || wanted > LONGEST) {
            throw ApiException.invalid(
                    KIND,
                    account.name(),
                    List.of(FieldError.invalid(
                            "spec.expirationSeconds",
                            wanted,
                            wanted < SHORTEST
                                    ? "may not specify a duration less than 10 minutes"
                                    : "may not specify a duration larger than 2^32 seconds")));
        }
        Map<String, Object> reference = spec == null ? null : Trees.map(spec, "boundObjectRef");
        Bound bound = null;
        Bound node = null;
        if (reference != null && !reference.isEmpty()) {
            ApiObject object = boundObject(context, account, reference);
            bound = new Bound(String.valueOf(reference.get("kind")), object.name(), object.uid());
            node = nodeOf(bound, object);
        }
        List<String> wantedAudiences = strings(spec == null ? null : spec.get("audiences"));
        Duration validity = wanted == MOUNTED && bound != null && bound.kind().equals("Pod") && ours(wantedAudiences)
                ? MOUNTED_VALIDITY
                : Duration.ofSeconds(wanted);
        ServiceAccountTokens.Issued issued = tokens.issue(account, wantedAudiences, validity, bound, node);
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("token", issued.token());
        status.put(
                "expirationTimestamp",
                context.now()
                        .truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
                        .plusSeconds(wanted)
                        .toString());
        request.put("status", status);
        return request;
    }

    private boolean ours(List<String> wanted) {
        return wanted.isEmpty() || audiences.containsAll(wanted);
    }

    private ApiObject boundObject(RequestContext context, ApiObject account, Map<String, Object> reference) {
        String kind = String.valueOf(reference.get("kind"));
        GroupVersionResource resource = BINDABLE.get(kind);
        if (resource == null) {
            throw ApiException.badRequest("cannot bind token for serviceaccount \"%s\" to object of type: %s, Kind=%s"
                    .formatted(account.name(), reference.getOrDefault("apiVersion", ""), kind));
        }
        String name = String.valueOf(reference.get("name"));
        ApiObject object = objects.get(resource, kind.equals("Node") ? "" : context.namespace(), name)
                .orElseThrow(() -> ApiException.notFound(resource, name));
        Object uid = reference.get("uid");
        if (uid instanceof String wanted && !wanted.isEmpty() && !wanted.equals(object.uid())) {
            throw ApiException.conflict(
                    resource,
                    name,
                    "the UID in the bound object reference (%s) does not match the UID in record. The object might have been deleted and then recreated"
                            .formatted(wanted));
        }
        if (kind.equals("Pod")) {
            String used = Trees.string(object.tree(), "spec", "serviceAccountName");
            if (!account.name().equals(used)) {
                throw ApiException.badRequest(
                        "cannot bind token for serviceaccount \"%s\" to pod running with different serviceaccount name."
                                .formatted(account.name()));
            }
        }
        return object;
    }

    private Bound nodeOf(Bound bound, ApiObject object) {
        if (!bound.kind().equals("Pod")) {
            return null;
        }
        String name = Trees.string(object.tree(), "spec", "nodeName");
        if (name == null || name.isEmpty()) {
            return null;
        }
        String uid =
                objects.get(BINDABLE.get("Node"), "", name).map(ApiObject::uid).orElse("");
        return new Bound("Node", name, uid);
    }

    @Override
    public Map<String, Object> check(String token, List<String> wantedAudiences) {
        List<String> asked = wantedAudiences.isEmpty() ? audiences : wantedAudiences;
        Map<String, Object> status = new LinkedHashMap<>();
        Optional<ServiceAccountTokens.Recognised> recognised = tokens.authenticate(token, asked);
        if (recognised.isPresent()) {
            describe(status, withGroup(recognised.get().user()));
            status.put(
                    "audiences",
                    recognised.get().audiences().isEmpty()
                            ? asked
                            : recognised.get().audiences());
            return status;
        }
        try {
            UserInfo user = authentication.authenticate(new Credentials(List.of(), token));
            if (ours(asked)) {
                describe(status, user);
                status.put("audiences", asked);
                return status;
            }
        } catch (ApiException e) {
            status.put("error", "[invalid bearer token, token lookup failed]");
        }
        return status;
    }

    private static UserInfo withGroup(UserInfo user) {
        List<String> groups = new java.util.ArrayList<>(user.groups());
        groups.add("system:authenticated");
        return new UserInfo(user.name(), user.uid(), groups, user.extra());
    }

    private static void describe(Map<String, Object> status, UserInfo user) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("username", user.name());
        if (!user.uid().isEmpty()) {
            tree.put("uid", user.uid());
        }
        tree.put("groups", user.groups());
        if (!user.extra().isEmpty()) {
            tree.put("extra", user.extra());
        }
        status.put("authenticated", true);
        status.put("user", tree);
    }

    private static List<String> strings(Object value) {
        return value instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }
}
