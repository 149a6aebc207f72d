package io.k8j.apiserver.cel;

import dev.cel.common.types.CelType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.cel.FunctionLibrary;
import io.k8j.model.cel.Values;
import io.k8j.model.selector.FieldSelector;
import io.k8j.model.selector.LabelSelector;
import io.k8j.model.validation.Names;
import java.util.List;
import java.util.Map;

/** Upstream's {@code kubernetes.authz}: questions to the authorizer. */
public final class AuthorizerFunctions extends FunctionLibrary {
    private static final String PACKAGE = "kubernetes.authorization.";

    /** The type of the variable {@code authorizer}; its values are {@link Asker}s. */
    public static final CelType AUTHORIZER = OpaqueType.create(PACKAGE + "Authorizer");

    /** The type of the variable {@code authorizer.requestResource}; its values are {@link ResourceCheck}s. */
    public static final CelType RESOURCE_CHECK = OpaqueType.create(PACKAGE + "ResourceCheck");

    private static final CelType PATH_CHECK = OpaqueType.create(PACKAGE + "PathCheck");
    private static final CelType GROUP_CHECK = OpaqueType.create(PACKAGE + "GroupCheck");
    private static final CelType DECISION = OpaqueType.create(PACKAGE + "Decision");

    private static final Arg ASKER = new Arg(AUTHORIZER, Asker.class);
    private static final Arg PATH = new Arg(PATH_CHECK, PathCheck.class);
    private static final Arg GROUP = new Arg(GROUP_CHECK, GroupCheck.class);
    private static final Arg RESOURCE = new Arg(RESOURCE_CHECK, ResourceCheck.class);
    private static final Arg ANSWER = new Arg(DECISION, Answer.class);

    /** Asks an authorizer in the name of a user. */
    public record Asker(Authorizer authorizer, UserInfo user) {}

    private record PathCheck(Asker asker, String path) {}

    private record GroupCheck(Asker asker, String group) {}

    /** A question about a resource; what is not given is empty. The selectors are texts as in a query. */
    public record ResourceCheck(
            Asker asker,
            String group,
            String resource,
            String subresource,
            String namespace,
            String name,
            String fields,
            String labels) {
        /** Without selectors. */
        public ResourceCheck(
                Asker asker, String group, String resource, String subresource, String namespace, String name) {
            this(asker, group, resource, subresource, namespace, name, "", "");
        }

        private Answer check(String verb) {
            return answer(
                    asker,
                    new Authorizer.Attributes(
                            asker.user(),
                            verb,
                            group,
                            "*",
                            resource,
                            subresource,
                            namespace,
                            name,
                            null,
                            FieldSelector.readable(fields).terms(),
                            LabelSelector.readable(labels).requirements()));
        }
    }

    private record Answer(boolean allowed, String reason, String error) {}

    AuthorizerFunctions() {
        method("path", "authorizer_path", PATH_CHECK, args -> path(args), ASKER, Values.TEXT);
        method(
                "group",
                "authorizer_group",
                GROUP_CHECK,
                args -> new GroupCheck((Asker) args[0], (String) args[1]),
                ASKER,
                Values.TEXT);
        method(
                "serviceAccount",
                "authorizer_serviceaccount",
                AUTHORIZER,
                args -> serviceAccount((Asker) args[0], (String) args[1], (String) args[2]),
                ASKER,
                Values.TEXT,
                Values.TEXT);
        method("resource", "groupcheck_resource", RESOURCE_CHECK, args -> resource(args), GROUP, Values.TEXT);
        resourceParts();
        method(
                "check",
                "pathcheck_check",
                DECISION,
                args -> {
                    PathCheck check = (PathCheck) args[0];
                    String verb = (String) args[1];
                    UserInfo user = check.asker().user();
                    return answer(
                            check.asker(), new Authorizer.Attributes(user, verb, "", "", "", "", "", "", check.path()));
                },
                PATH,
                Values.TEXT);
        method(
                "check",
                "resourcecheck_check",
                DECISION,
                args -> ((ResourceCheck) args[0]).check((String) args[1]),
                RESOURCE,
                Values.TEXT);
        method(
                "errored",
                "decision_errored",
                SimpleType.BOOL,
                args -> !((Answer) args[0]).error().isEmpty(),
                ANSWER);
        method("error", "decision_error", SimpleType.STRING, args -> ((Answer) args[0]).error(), ANSWER);
        method("allowed", "decision_allowed", SimpleType.BOOL, args -> ((Answer) args[0]).allowed(), ANSWER);
        method("reason", "decision_reason", SimpleType.STRING, args -> ((Answer) args[0]).reason(), ANSWER);
    }

    private void resourceParts() {
        part(
                "subresource",
                "resourcecheck_subresource",
                (c, text) ->
                        new ResourceCheck(c.asker, c.group, c.resource, text, c.namespace, c.name, c.fields, c.labels));
        part(
                "namespace",
                "resourcecheck_namespace",
                (c, text) -> new ResourceCheck(
                        c.asker, c.group, c.resource, c.subresource, text, c.name, c.fields, c.labels));
        part(
                "name",
                "resourcecheck_name",
                (c, text) -> new ResourceCheck(
                        c.asker, c.group, c.resource, c.subresource, c.namespace, text, c.fields, c.labels));
        part(
                "fieldSelector",
                "authorizer_fieldselector",
                (c, text) -> new ResourceCheck(
                        c.asker, c.group, c.resource, c.subresource, c.namespace, c.name, text, c.labels));
        part(
                "labelSelector",
                "authorizer_labelselector",
                (c, text) -> new ResourceCheck(
                        c.asker, c.group, c.resource, c.subresource, c.namespace, c.name, c.fields, text));
    }

    @FunctionalInterface
    private interface Part {
        ResourceCheck with(ResourceCheck check, String text);
    }

    @SuppressWarnings("Immutable") // parts are lambdas without state
    private void part(String name, String overload, Part part) {
        method(
                name,
                overload,
                RESOURCE_CHECK,
                args -> part.with((ResourceCheck) args[0], (String) args[1]),
                RESOURCE,
                Values.TEXT);
    }

    private static PathCheck path(Object[] args) {
        if (((String) args[1]).isBlank()) throw Values.error("path must not be empty");
        return new PathCheck((Asker) args[0], (String) args[1]);
    }

    private static ResourceCheck resource(Object[] args) {
        GroupCheck group = (GroupCheck) args[0];
        if (((String) args[1]).isBlank()) throw Values.error("resource must not be empty");
        return new ResourceCheck(group.asker(), group.group(), (String) args[1], "", "", "");
    }

    private static Asker serviceAccount(Asker asker, String namespace, String name) {
        if (!Names.dns1123Subdomain(name).isEmpty()) throw Values.error("Invalid service account name");
        if (!Names.dns1123Label(namespace).isEmpty()) throw Values.error("Invalid service account namespace");
        List<String> groups =
                List.of("system:serviceaccounts", "system:serviceaccounts:" + namespace, "system:authenticated");
        String user = "system:serviceaccount:" + namespace + ":" + name;
        return new Asker(asker.authorizer(), new UserInfo(user, "", groups, Map.of()));
    }

    private static Answer answer(Asker asker, Authorizer.Attributes attributes) {
        return switch (asker.authorizer().authorize(attributes)) {
            case Authorizer.Decision.Allow allow -> new Answer(true, text(allow.reason()), "");
            case Authorizer.Decision.Deny deny -> new Answer(false, text(deny.reason()), deny.error());
            case Authorizer.Decision.NoOpinion none -> new Answer(false, text(none.reason()), none.error());
        };
    }

    private static String text(String reason) {
        return reason == null ? "" : reason;
    }
}
