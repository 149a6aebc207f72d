package io.k8j.apiserver.validation;

import io.k8j.model.validation.Names;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Checks containers of all three sorts. */
final class ContainerValidation {
    static final List<String> PULL_POLICIES = List.of("Always", "IfNotPresent", "Never");
    static final List<String> PROTOCOLS = List.of("SCTP", "TCP", "UDP");
    private static final List<String> RESTART_POLICIES = List.of("Always", "Never", "OnFailure");
    private static final String ONLY_SIDECARS = "may not be set for init containers without restartPolicy=Always";
    private static final String RULES_NEED_POLICY = "must specify restartPolicy when restart rules are used";
    private static final String EPHEMERAL = "cannot be set for an Ephemeral Container";
    private static final List<String> FORBIDDEN_IN_EPHEMERAL = List.of(
            "ports",
            "resources",
            "resizePolicy",
            "restartPolicy",
            "restartPolicyRules",
            "livenessProbe",
            "readinessProbe",
            "startupProbe",
            "lifecycle");

    /** What containers are checked against. */
    record Surroundings(
            Map<String, Place> volumes,
            Set<String> claims,
            Long grace,
            String restartPolicy,
            boolean hostUsers,
            Place os) {}

    private ContainerValidation() {}

    static void containers(Findings f, Place containers, Surroundings s) {
        if (containers.isEmpty()) {
            f.required(containers);
            return;
        }
        Set<String> names = new HashSet<>();
        for (Place c : containers.items()) {
            common(f, c, s);
            if (!names.add(c.text("name"))) {
                f.duplicate(c.field("name"), c.text("name"));
            }
            hooks(f, c, s);
            restartPolicy(f, c);
        }
        hostPorts(f, containers.items());
    }

    private static void hooks(Findings f, Place c, Surroundings s) {
        if (c.field("lifecycle").present()) {
            ProbeValidation.lifecycle(f, c.field("lifecycle"), s.grace(), s.os());
        }
        ProbeValidation.liveness(f, c.field("livenessProbe"), s.grace());
        ProbeValidation.readiness(f, c.field("readinessProbe"), s.grace());
        ProbeValidation.startup(f, c.field("startupProbe"), s.grace());
    }

    static void initContainers(Findings f, Place containers, Place regular, Surroundings s) {
        Set<String> names = new HashSet<>();
        regular.items().forEach(c -> names.add(c.text("name")));
        for (Place c : containers.items()) {
            common(f, c, s);
            initRestartPolicy(f, c);
            boolean sidecar = c.text("restartPolicy").equals("Always");
            if (names.contains(c.text("name"))) {
                f.duplicate(c.field("name"), c.text("name"));
            } else if (!c.text("name").isEmpty()) {
                names.add(c.text("name"));
            }
            hostPorts(f, List.of(new Place(c.value(), containers.path() + "[0]")));
            if (sidecar) {
                hooks(f, c, s);
            } else {
                for (String field : List.of("lifecycle", "livenessProbe", "readinessProbe", "startupProbe")) {
                    if (c.field(field).present()) {
                        f.forbidden(c.field(field), ONLY_SIDECARS);
                    }
                }
                for (Place policy : c.field("resizePolicy").items()) {
                    if (policy.text("restartPolicy").equals("RestartContainer")) {
                        f.invalid(
                                policy.field("restartPolicy"),
                                "must not be set to 'RestartContainer' for non-sidecar initContainers");
                    }
                }
            }
        }
    }

    static void ephemeralContainers(Findings f, Place spec, Surroundings s) {
        Set<String> others = new HashSet<>();
        spec.field("containers").items().forEach(c -> others.add(c.text("name")));
        spec.field("initContainers").items().forEach(c -> others.add(c.text("name")));
        Set<String> names = new HashSet<>(others);
        for (Place c : spec.field("ephemeralContainers").items()) {
            common(f, c, s);
            imageWithoutSpaces(f, c);
            if (!names.add(c.text("name"))) {
                f.duplicate(c.field("name"), c.text("name"));
            }
            String target = c.text("targetContainerName");
            if (!target.isEmpty() && !others.contains(target)) {
                f.notFound(c.field("targetContainerName"), target);
            }
            for (String field : FORBIDDEN_IN_EPHEMERAL) {
                // Resources are no pointer: only what they hold counts.
                boolean set = field.equals("resources")
                        ? !c.field(field).isEmpty()
                        : c.field(field).present();
                if (set) {
                    f.forbidden(c.field(field), EPHEMERAL);
                }
            }
            for (Place mount : c.field("volumeMounts").items()) {
                for (String field : List.of("subPath", "subPathExpr")) {
                    if (!mount.text(field).isEmpty()) {
                        f.forbidden(mount.field(field), EPHEMERAL);
                    }
                }
            }
        }
    }

    /** What only whole Pods are checked for, not templates. */
    static void imageWithoutSpaces(Findings f, Place c) {
        String image = c.text("image");
        if (!image.strip().equals(image)) {
            f.invalid(c.field("image"), image, "must not have leading or trailing whitespace");
        }
    }

    private static void common(Findings f, Place c, Surroundings s) {
        if (c.text("name").isEmpty()) {
            f.required(c.field("name"));
        } else {
            Meta.dnsLabel(f, c.field("name"));
        }
        if (c.text("image").isEmpty()) {
            f.required(c.field("image"));
        }
        Meta.requiredOneOf(f, c.field("terminationMessagePolicy"), List.of("File", "FallbackToLogsOnError"));
        ports(f, c.field("ports"));
        EnvValidation.env(f, c.field("env"));
        EnvValidation.envFrom(f, c.field("envFrom"));
        MountValidation.mounts(f, c, s.volumes());
        MountValidation.devices(f, c, s.volumes());
        Meta.requiredOneOf(f, c.field("imagePullPolicy"), PULL_POLICIES);
        ResourceValidation.requirements(f, c.field("resources"), s.claims());
        resizePolicy(f, c.field("resizePolicy"), s.restartPolicy());
        SecurityContextValidation.container(f, c.field("securityContext"), s.hostUsers());
    }

    private static void ports(Findings f, Place ports) {
        Set<String> names = new HashSet<>();
        for (Place port : ports.items()) {
            String name = port.text("name");
            if (!name.isEmpty()) {
                List<String> errors = Names.portName(name);
                f.invalid(port.field("name"), name, errors);
                if (errors.isEmpty() && !names.add(name)) {
                    f.duplicate(port.field("name"), name);
                }
            }
            if (port.number("containerPort") == 0) {
                f.required(port.field("containerPort"));
            } else {
                Meta.port(f, port.field("containerPort"));
            }
            if (port.number("hostPort") != 0) {
                Meta.port(f, port.field("hostPort"));
            }
            Meta.requiredOneOf(f, port.field("protocol"), PROTOCOLS);
        }
    }

    private static void hostPorts(Findings f, List<Place> containers) {
        Set<String> used = new HashSet<>();
        for (Place c : containers) {
            for (Place port : c.field("ports").items()) {
                long hostPort = port.number("hostPort");
                String key = port.text("protocol") + "/" + port.text("hostIP") + "/" + hostPort;
                if (hostPort != 0 && !used.add(key)) {
                    f.duplicate(port.field("hostPort"), key);
                }
            }
        }
    }

    private static void resizePolicy(Findings f, Place policies, String restartPolicy) {
        Map<String, Boolean> seen = new TreeMap<>();
        for (Place p : policies.items()) {
            String resource = p.text("resourceName");
            if (seen.put(resource, true) != null) {
                f.duplicate(p, resource);
            }
            String policy = p.text("restartPolicy");
            Meta.requiredOneOf(f, policies.with(resource), List.of("cpu", "memory"));
            Meta.requiredOneOf(f, policies.with(policy), List.of("NotRequired", "RestartContainer"));
            if (restartPolicy.equals("Never") && !policy.equals("NotRequired")) {
                f.invalid(policies, policy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'");
            }
        }
    }

    private static void initRestartPolicy(Findings f, Place c) {
        if (c.field("restartPolicy").present()) {
            restartPolicy(f, c);
        } else if (!c.field("restartPolicyRules").isEmpty()) {
            f.required(c.field("restartPolicy"), RULES_NEED_POLICY);
        }
    }

    private static void restartPolicy(Findings f, Place c) {
        Place policy = c.field("restartPolicy");
        Place rules = c.field("restartPolicyRules");
        if (policy.absent()) {
            if (!rules.isEmpty()) {
                f.required(policy, RULES_NEED_POLICY);
            }
        } else {
            Meta.oneOf(f, policy, RESTART_POLICIES);
        }
        if (rules.size() > 20) {
            f.tooMany(rules, rules.size(), 20);
        }
        for (Place rule : rules.items()) {
            Meta.oneOf(f, rule.field("action"), List.of("Restart", "RestartAllContainers"));
            Place codes = rule.field("exitCodes");
            if (codes.absent()) {
                f.required(codes, "must be specified");
                continue;
            }
            Meta.oneOf(f, codes.field("operator"), List.of("In", "NotIn"));
            if (codes.field("values").size() > 255) {
                f.tooMany(codes.field("values"), codes.field("values").size(), 255);
            }
        }
    }
}
