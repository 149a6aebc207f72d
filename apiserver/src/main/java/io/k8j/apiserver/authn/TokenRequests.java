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
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Answers TokenRequests and TokenReviews about ServiceAccount tokens. */
public final class TokenRequests implements TokenIssuer, TokenChecker {
    private static final GroupVersionKind KIND = new GroupVersionKind("authentication.k8s.io", "v1", "TokenRequest");
    private static final long SHORTEST = 600;
    private static final long LONGEST = 1L << 32;
    /** Tokens of an hour are those of mounted volumes; older clients do not reload them, so they are good for longer. */
    private static final long MOUNTED = 3607;

    private static final Duration MOUNTED_VALIDITY = Duration.ofDays(365);
    private static final GroupVersionResource ACCOUNTS = new GroupVersionResource("", "v1", "serviceaccounts");
    private static final Map<String, GroupVersionResource> BINDABLE = Map.of(
            "Pod", new GroupVersionResource("", "v1", "pods"),
            "Secret", new GroupVersionResource("", "v1", "secrets"),
            "Node", new GroupVersionResource("", "v1", "nodes"));

    private final ServiceAccountTokens tokens;
    private final Authentication authentication;
    private final List<String> audiences;
    private final ObjectReader objects;
    private final AuthenticationSettings settings;

    TokenRequests(
            ServiceAccountTokens tokens,
            Authentication authentication,
            AuthenticationSettings settings,
            ObjectReader objects) {
        this.tokens = tokens;
        this.authentication = authentication;
        this.audiences = settings.audiences();
        this.objects = objects;
        this.settings = settings;
    }

    @Override
    public Map<String, Object> issue(RequestContext context, ApiObject account, Map<String, Object> request) {
        String uid = Trees.string(request, "metadata", "uid");
        if (uid != null && !uid.isEmpty() && !uid.equals(account.uid())) {
            throw ApiException.conflict(
                    ACCOUNTS,
                    account.name(),
                    "the UID in the token request (%s) does not match the UID of the service account (%s)"
                            .formatted(uid, account.uid()));
        }
        Map<String, Object> spec = Trees.map(request, "spec");
        long wanted = seconds(context, spec);
        Map<String, Object> reference = Trees.map(spec, "boundObjectRef");
        Bound bound = null;
        Bound node = null;
        if (!reference.isEmpty()) {
            ApiObject object = boundObject(context, account, reference);
            bound = new Bound(String.valueOf(reference.get("kind")), object.name(), object.uid());
            node = nodeOf(bound, object);
        }
        List<String> wantedAudiences = strings(spec.get("audiences"));
        boolean extended = settings.extendExpiration()
                && wanted == MOUNTED
                && bound != null
                && bound.kind().equals("Pod")
                && ours(wantedAudiences);
        Duration validity = extended ? MOUNTED_VALIDITY : Duration.ofSeconds(wanted);
        ServiceAccountTokens.Issued issued = tokens.issue(
                account, wantedAudiences, validity, bound, node, extended ? Duration.ofSeconds(wanted) : null);
        spec.put("audiences", wantedAudiences.isEmpty() ? audiences : wantedAudiences);
        spec.put("expirationSeconds", wanted);
        request.put("spec", spec);
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("token", issued.token());
        status.put(
                "expirationTimestamp",
                context.now()
                        .truncatedTo(ChronoUnit.SECONDS)
                        .plusSeconds(wanted)
                        .toString());
        request.put("status", status);
        return request;
    }

    /** How long the token is to be good, as far as the server allows. */
    private long seconds(RequestContext context, Map<String, Object> spec) {
        long wanted = spec.get("expirationSeconds") instanceof Number n ? n.longValue() : 3600;
        if (wanted < SHORTEST || wanted > LONGEST) {
            throw ApiException.invalid(
                    KIND,
                    "",
                    List.of(FieldError.invalid(
                            "spec.expirationSeconds",
                            wanted,
                            wanted < SHORTEST
                                    ? "may not specify a duration less than 10 minutes"
                                    : "may not specify a duration larger than 2^32 seconds")));
        }
        long most = settings.maxExpiration().toSeconds();
        if (most > 0 && wanted > most) {
            context.warn("requested expiration of %d seconds shortened to %d seconds".formatted(wanted, most));
            return most;
        }
        return wanted;
    }

    private boolean ours(List<String> wanted) {
        return wanted.isEmpty() || audiences.containsAll(wanted);
    }

    private ApiObject boundObject(RequestContext context, ApiObject account, Map<String, Object> reference) {
        String kind = String.valueOf(reference.get("kind"));
        GroupVersionResource resource = BINDABLE.get(kind);
        if (resource == null || !"v1".equals(reference.get("apiVersion"))) {
            throw ApiException.badRequest("cannot bind token to object of type %s, Kind=%s"
                    .formatted(groupVersion(String.valueOf(reference.getOrDefault("apiVersion", ""))), kind));
        }
        String name = String.valueOf(reference.get("name"));
        ApiObject object = objects.get(resource, kind.equals("Node") ? "" : context.namespace(), name)
                .orElseThrow(() -> ApiException.notFound(resource, name));
        Object uid = reference.get("uid");
        if (uid instanceof String wanted && !wanted.isEmpty() && !wanted.equals(object.uid())) {
            throw ApiException.conflict(
                    new GroupVersionResource("", "v1", kind), // upstream names the kind where the resource belongs
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

    /** Go shows a version without a group with a slash in front. */
    private static String groupVersion(String apiVersion) {
        return apiVersion.contains("/") ? apiVersion : "/" + apiVersion;
    }

    @Override
    public Map<String, Object> check(String token, List<String> wantedAudiences) {
        List<String> asked = wantedAudiences.isEmpty() ? audiences : wantedAudiences;
        Map<String, Object> status = new LinkedHashMap<>();
        switch (authentication.recognise(Credentials.ofToken(token), asked)) {
            case Recognition.Known known -> {
                if (known.audiences().stream().noneMatch(asked::contains)) {
                    throw ApiException.internal("error validating audience");
                }
                describe(status, known.user());
                status.put("audiences", known.audiences());
            }
            case Recognition.Bad(String why) -> status.put("error", why);
            case Recognition.None none -> {}
        }
        return status;
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
