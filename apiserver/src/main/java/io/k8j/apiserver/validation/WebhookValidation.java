package io.k8j.apiserver.validation;

import io.k8j.apiserver.admission.expression.AdmissionEnvironment;
import io.k8j.apiserver.admission.expression.Program;
import io.k8j.model.api.FieldError;
import io.k8j.model.validation.Names;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Checks webhook configurations. */
public final class WebhookValidation {
    private static final List<String> OPERATIONS = List.of("*", "CONNECT", "CREATE", "DELETE", "UPDATE");

    /** Made on first use: many clusters have no conditions at all. */
    private static final class Engine {
        private static final AdmissionEnvironment CONDITIONS =
                AdmissionEnvironment.of(AdmissionEnvironment.Options.WEBHOOK, null);
    }

    private WebhookValidation() {}

    public static List<FieldError> configuration(Map<String, Object> object) {
        Findings f = new Findings();
        Set<String> names = new HashSet<>();
        for (Place hook : Place.of(object).field("webhooks").items()) {
            Place name = hook.field("name");
            fullyQualified(f, name);
            if (!names.add(name.text())) {
                f.duplicate(name, name.text());
            }
            hook.field("rules").items().forEach(rule -> rule(f, rule));
            Meta.optionalOneOf(f, hook.field("failurePolicy"), List.of("Fail", "Ignore"));
            Meta.optionalOneOf(f, hook.field("matchPolicy"), List.of("Equivalent", "Exact"));
            if (hook.field("sideEffects").absent()) {
                f.required(hook.field("sideEffects"), "must specify one of None, NoneOnDryRun");
            } else {
                Meta.oneOf(f, hook.field("sideEffects"), List.of("None", "NoneOnDryRun"));
            }
            Place timeout = hook.field("timeoutSeconds");
            if (timeout.present() && (timeout.number(0) > 30 || timeout.number(0) < 1)) {
                f.invalid(timeout, "the timeout value must be between 1 and 30 seconds");
            }
            LabelSelectorValidation.check(f, hook.field("namespaceSelector"));
            LabelSelectorValidation.check(f, hook.field("objectSelector"));
            Meta.optionalOneOf(f, hook.field("reinvocationPolicy"), List.of("IfNeeded", "Never"));
            clientConfig(f, hook.field("clientConfig"));
            matchConditions(f, hook.field("matchConditions"), text -> Engine.CONDITIONS.compile(text, "bool"));
            versions(f, hook.field("admissionReviewVersions"));
        }
        return f.list();
    }

    private static void fullyQualified(Findings f, Place name) {
        if (name.text().isEmpty()) {
            f.required(name);
            return;
        }
        List<String> errors = Names.dns1123Subdomain(name.text());
        f.invalid(name, name.text(), errors.isEmpty() ? List.of() : List.of(String.join(",", errors)));
        if (errors.isEmpty() && name.text().split("\\.", -1).length < 3) {
            f.invalid(name, "should be a domain with at least three segments separated by dots");
        }
    }

    static void rule(Findings f, Place rule) {
        star(f, rule.field("apiGroups"), "API groups");
        star(f, rule.field("apiVersions"), "API versions");
        rule.field("apiVersions").items().forEach(v -> {
            if (v.text().isEmpty()) {
                f.required(v);
            }
        });
        Place resources = rule.field("resources");
        if (resources.isEmpty()) {
            f.required(resources);
        }
        if (resources.texts().contains("*/*") && resources.size() > 1) {
            f.invalid(resources, "if '*/*' is present, must not specify other resources");
        }
        Meta.optionalOneOf(f, rule.field("scope"), List.of("*", "Cluster", "Namespaced"));
        Place operations = rule.field("operations");
        star(f, operations, "operations");
        operations.items().forEach(o -> Meta.oneOf(f, o, OPERATIONS));
    }

    private static void star(Findings f, Place list, String what) {
        if (list.isEmpty()) {
            f.required(list);
        } else if (list.size() > 1 && list.texts().contains("*")) {
            f.invalid(list, "if '*' is present, must not specify other " + what);
        }
    }

    /** Everything wrong with the address of a webhook; {@code prefix} is where it stands. */
    public static List<FieldError> clientConfig(String prefix, Place config) {
        Findings f = new Findings();
        clientConfig(f, config);
        return f.list().stream()
                .map(e ->
                        new FieldError(e.type(), e.field().isEmpty() ? prefix : prefix + "." + e.field(), e.message()))
                .toList();
    }

    private static void clientConfig(Findings f, Place config) {
        Place url = config.field("url");
        Place service = config.field("service");
        if (url.present() == service.present()) {
            f.required(config, "exactly one of url or service is required");
        } else if (url.present()) {
            url(f, url);
        } else {
            for (String field : List.of("name", "namespace")) {
                if (service.text(field).isEmpty()) {
                    f.required(service.field(field), "service " + field + " is required");
                }
            }
            long port = service.field("port").number(443);
            if (!Names.portNumber(port).isEmpty()) {
                f.invalid(
                        service.field("port"),
                        port,
                        "port is not valid: " + Names.portNumber(port).getFirst());
            }
            String path = service.text("path");
            if (!path.isEmpty() && !path.startsWith("/")) {
                f.invalid(service.field("path"), path, "must start with a '/'");
            }
        }
    }

    private static void url(Findings f, Place url) {
        String form = "; desired format: https://host[/path]";
        try {
            URI uri = new URI(url.text());
            if (!"https".equals(uri.getScheme())) {
                f.invalid(url, String.valueOf(uri.getScheme()), "'https' is the only allowed URL scheme" + form);
            }
            if (uri.getHost() == null || uri.getHost().isEmpty()) {
                f.invalid(url, "", "host must be specified" + form);
            }
            if (uri.getUserInfo() != null) {
                f.invalid(url, uri.getUserInfo(), "user information is not permitted in the URL");
            }
            if (uri.getFragment() != null) {
                f.invalid(url, uri.getFragment(), "fragments are not permitted in the URL");
            }
            if (uri.getQuery() != null) {
                f.invalid(url, uri.getQuery(), "query parameters are not permitted in the URL");
            }
        } catch (URISyntaxException e) {
            f.required(url, "url must be a valid URL: " + e.getMessage() + form);
        }
    }

    /** @param compiler of conditions, which are not compiled where they did not change */
    static void matchConditions(Findings f, Place conditions, Function<String, Program> compiler) {
        Set<String> names = new HashSet<>();
        if (conditions.size() > 64) {
            f.tooMany(conditions, conditions.size(), 64);
        }
        for (Place c : conditions.items()) {
            if (c.text("expression").isBlank()) {
                f.required(c.field("expression"));
            } else {
                Program program = compiler.apply(c.text("expression").strip());
                if (program.fault() != null) {
                    f.invalid(c.field("expression"), program.text(), program.fault());
                }
            }
            if (c.text("name").isEmpty()) {
                f.required(c.field("name"));
            } else {
                Meta.qualifiedName(f, c.field("name"));
                if (!names.add(c.text("name"))) {
                    f.duplicate(c.field("name"), c.text("name"));
                }
            }
        }
    }

    private static void versions(Findings f, Place versions) {
        if (versions.isEmpty()) {
            f.required(versions, "must specify one of v1, v1beta1");
            return;
        }
        Set<String> seen = new HashSet<>();
        for (Place v : versions.items()) {
            if (!seen.add(v.text())) {
                f.invalid(v, "duplicate version");
            } else {
                f.invalid(v, v.text(), Names.dns1035Label(v.text()));
            }
        }
        if (!seen.contains("v1") && !seen.contains("v1beta1")) {
            f.invalid(versions, "must include at least one of v1, v1beta1");
        }
    }
}
