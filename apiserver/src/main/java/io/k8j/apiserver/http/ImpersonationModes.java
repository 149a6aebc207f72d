package io.k8j.apiserver.http;

import io.k8j.apiserver.Access;
import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.Authorizer.Attributes;
import io.k8j.apiserver.spi.Authorizer.Decision;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.GoQuote;
import io.k8j.model.validation.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Whether a user may act as another one: first by the narrow verbs, which say what may be done while acting, then by the
 * verb {@code impersonate}, which allows all.
 *
 * @see <a href="https://kep.k8s.io/5284">KEP-5284: Constrained impersonation</a>
 */
record ImpersonationModes(Authorizer authorizer) {
    private static final String ANONYMOUS = "system:anonymous";
    private static final String AUTHENTICATED = "system:authenticated";
    private static final String UNAUTHENTICATED = "system:unauthenticated";
    private static final String ACCOUNT = "system:serviceaccount:";
    private static final String NODE = "system:node:";
    private static final String NODE_NAME = "authentication.kubernetes.io/node-name";
    private static final String IDENTITIES = "authentication.k8s.io";

    /** One try: who may be acted as, and with which verbs. */
    private enum Mode {
        ASSOCIATED_NODE("associated-node"),
        ARBITRARY_NODE("arbitrary-node"),
        SERVICE_ACCOUNT("serviceaccount"),
        USER_INFO("user-info"),
        LEGACY("");

        private final String word;

        Mode(String word) {
            this.word = word;
        }

        boolean isNarrow() {
            return this != LEGACY;
        }

        String verb() {
            return isNarrow() ? "impersonate:" + word : "impersonate";
        }

        boolean fits(UserInfo wanted, UserInfo real) {
            boolean nameOnly = wanted.uid().isEmpty()
                    && wanted.groups().isEmpty()
                    && wanted.extra().isEmpty();
            return switch (this) {
                case ASSOCIATED_NODE ->
                    nameOnly
                            && account(real.name()) != null
                            && nodeName(wanted.name()) != null
                            && List.of(nodeName(wanted.name()))
                                    .equals(real.extra().get(NODE_NAME));
                case ARBITRARY_NODE -> nameOnly && nodeName(wanted.name()) != null;
                case SERVICE_ACCOUNT -> nameOnly && account(wanted.name()) != null;
                case USER_INFO -> nodeName(wanted.name()) == null && account(wanted.name()) == null;
                case LEGACY -> true;
            };
        }
    }

    /** Namespace and name of a ServiceAccount. */
    private record Account(String namespace, String name) {}

    /**
     * The user that a request acts as.
     *
     * @param wanted as the headers say
     * @param request what the real user asks for
     * @throws ApiException the first refusal if no way allows it
     */
    UserInfo check(UserInfo wanted, Attributes request) {
        ApiException refusal = null;
        for (Mode mode : Mode.values()) {
            if (!mode.fits(wanted, request.user())) {
                continue;
            }
            try {
                return check(mode, wanted, request);
            } catch (ApiException e) {
                refusal = refusal == null ? e : refusal;
            }
        }
        throw refusal;
    }

    private UserInfo check(Mode mode, UserInfo wanted, Attributes request) {
        UserInfo real = mode == Mode.ASSOCIATED_NODE ? anyNodesAccount(request.user()) : request.user();
        if (mode.isNarrow()) {
            demand(request.withUser(real).withVerb("impersonate-on:" + mode.word + ":" + request.verb()));
        }
        List<String> groups = new ArrayList<>(wanted.groups());
        groups.addAll(checkName(mode, real, wanted));
        if (!wanted.uid().isEmpty()) {
            demand(identity(real, mode, IDENTITIES, "uids", "", "", wanted.uid()));
        }
        checkGroups(mode, real, wanted.groups());
        checkExtra(mode, real, wanted.extra());
        if (wanted.name().equals(ANONYMOUS)) {
            addMissing(groups, UNAUTHENTICATED);
        } else if (!groups.contains(UNAUTHENTICATED)) {
            addMissing(groups, AUTHENTICATED);
        }
        return new UserInfo(wanted.name(), wanted.uid(), groups, wanted.extra());
    }

    /** The right counts for an account on whatever node it runs, so only the keys of its facts are shown. */
    private static UserInfo anyNodesAccount(UserInfo real) {
        return new UserInfo(
                real.name(),
                real.uid(),
                real.groups(),
                Map.of(
                        "authentication.kubernetes.io/associated-node-keys",
                        List.copyOf(new TreeSet<>(real.extra().keySet()))));
    }

    /** @return the groups that the name alone gives */
    private List<String> checkName(Mode mode, UserInfo real, UserInfo wanted) {
        String group = mode.isNarrow() ? IDENTITIES : "";
        String node = nodeName(wanted.name());
        if (mode.isNarrow() && node != null) {
            String name = mode == Mode.ASSOCIATED_NODE ? "*" : node;
            demand(identity(real, mode, group, "nodes", "", "", name));
            return List.of("system:nodes");
        }
        Account account = account(wanted.name());
        if (account != null) {
            demand(identity(real, mode, group, "serviceaccounts", "", account.namespace(), account.name()));
            return wanted.groups().isEmpty()
                    ? List.of("system:serviceaccounts", "system:serviceaccounts:" + account.namespace())
                    : List.of();
        }
        demand(identity(real, mode, group, "users", "", "", wanted.name()));
        return List.of();
    }

    private void checkGroups(Mode mode, UserInfo real, List<String> groups) {
        String group = mode.isNarrow() ? IDENTITIES : "";
        if (mode.isNarrow() && groups.contains("")) {
            throw Access.forbidden(
                    identity(real, mode, group, "groups", "", "", ""),
                    "impersonating the empty string group is not allowed");
        }
        if (mode.isNarrow() && groups.contains("system:masters")) {
            throw Access.forbidden(
                    identity(real, mode, group, "groups", "", "", "system:masters"),
                    "impersonating the system:masters group is not allowed");
        }
        for (String name : groups) {
            demand(identity(real, mode, group, "groups", "", "", name));
        }
    }

    private void checkExtra(Mode mode, UserInfo real, Map<String, List<String>> extra) {
        String fault = mode.isNarrow() ? fault(extra) : null;
        if (fault != null) {
            throw Access.forbidden(identity(real, mode, IDENTITIES, "userextras", "", "", ""), fault);
        }
        extra.forEach((key, values) ->
                values.forEach(value -> demand(identity(real, mode, IDENTITIES, "userextras", key, "", value))));
    }

    private static String fault(Map<String, List<String>> extra) {
        for (Map.Entry<String, List<String>> entry : extra.entrySet()) {
            String key = entry.getKey();
            if (key.isEmpty()) {
                return "impersonating the empty string key in extra is not allowed";
            }
            int slash = key.indexOf('/');
            if (slash < 1
                    || slash == key.length() - 1
                    || !Names.dns1123Subdomain(key.substring(0, slash)).isEmpty()) {
                return "impersonating an invalid key in extra is not allowed: extra.key: Invalid value: "
                        + GoQuote.quote(key) + ": must be a domain-prefixed path (such as \"acme.io/foo\")";
            }
            if (!key.equals(key.toLowerCase(Locale.ROOT))) {
                return "impersonating a non-lowercase key in extra is not allowed: " + GoQuote.quote(key);
            }
            if (entry.getValue().contains("")) {
                return "impersonating the empty string value in extra is not allowed";
            }
        }
        return null;
    }

    private static Attributes identity(
            UserInfo real,
            Mode mode,
            String group,
            String resource,
            String subresource,
            String namespace,
            String name) {
        return new Attributes(real, mode.verb(), group, "v1", resource, subresource, namespace, name, null);
    }

    private void demand(Attributes wanted) {
        switch (authorizer.authorize(wanted)) {
            case Decision.Allow allow -> {}
            case Decision.Deny no -> throw Access.forbidden(wanted, no.reason());
            case Decision.NoOpinion no -> throw Access.forbidden(wanted, no.reason());
        }
    }

    private static void addMissing(List<String> groups, String group) {
        if (!groups.contains(group)) {
            groups.add(group);
        }
    }

    private static String nodeName(String user) {
        String name = user.startsWith(NODE) ? user.substring(NODE.length()) : "";
        return name.isEmpty() || !Names.dns1123Subdomain(name).isEmpty() ? null : name;
    }

    private static Account account(String user) {
        if (!user.startsWith(ACCOUNT)) {
            return null;
        }
        String[] parts = user.substring(ACCOUNT.length()).split(":", -1);
        boolean valid = parts.length == 2
                && Names.dns1123Label(parts[0]).isEmpty()
                && Names.dns1123Subdomain(parts[1]).isEmpty();
        return valid ? new Account(parts[0], parts[1]) : null;
    }

    /** The wanted user as Go prints it, for requests that name no user. */
    static String goText(UserInfo wanted) {
        return "&user.DefaultInfo{Name:%s, UID:%s, Groups:%s, Extra:%s}"
                .formatted(
                        GoQuote.quote(wanted.name()),
                        GoQuote.quote(wanted.uid()),
                        goText(wanted.groups()),
                        wanted.extra().isEmpty()
                                ? "map[string][]string(nil)"
                                : wanted.extra().entrySet().stream()
                                        .sorted(Map.Entry.comparingByKey())
                                        .map(entry -> GoQuote.quote(entry.getKey()) + ":" + goText(entry.getValue()))
                                        .collect(Collectors.joining(", ", "map[string][]string{", "}")));
    }

    private static String goText(List<String> texts) {
        return texts.isEmpty()
                ? "[]string(nil)"
                : texts.stream().map(GoQuote::quote).collect(Collectors.joining(", ", "[]string{", "}"));
    }
}
