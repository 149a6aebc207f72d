package io.k8j.apiserver.strategy;

import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.GoQuote;
import io.k8j.model.quantity.Quantity;
import io.k8j.model.quantity.QuantityException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is odd about containers of all three sorts. Pure functions. */
final class ContainerWarnings {
    private static final String SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod";
    private static final String SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/";
    private static final String APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";
    private static final String USE_SECCOMP = ": non-functional in v1.27+; use the \"seccompProfile\" field instead";

    private ContainerWarnings() {}

    static void add(List<String> warnings, Place spec, Place annotations, boolean pod) {
        boolean podProfile = spec.at("securityContext", "seccompProfile").present();
        if (!podProfile && annotations.field(SECCOMP_POD).present()) {
            warnings.add(annotations.key(SECCOMP_POD).path() + USE_SECCOMP);
        }
        List<Place> containers = new ArrayList<>();
        for (String list : List.of("initContainers", "containers", "ephemeralContainers")) {
            containers.addAll(spec.field(list).items());
        }
        for (Place c : containers) {
            profiles(warnings, c, spec, annotations, pod);
            for (String resource : List.of("memory", "ephemeral-storage")) {
                for (String kind : List.of("limits", "requests")) {
                    fraction(warnings, c.at("resources", kind).key(resource));
                }
            }
            environment(warnings, c);
        }
        ports(warnings, containers);
        portNames(warnings, containers);
    }

    private static void profiles(List<String> warnings, Place c, Place spec, Place annotations, boolean pod) {
        String seccomp = SECCOMP_CONTAINER + c.text("name");
        if (c.at("securityContext", "seccompProfile").absent()
                && annotations.field(seccomp).present()) {
            warnings.add(annotations.key(seccomp).path() + USE_SECCOMP);
        }
        String appArmor = APP_ARMOR + c.text("name");
        String annotation = annotations.field(appArmor).text();
        if (!pod
                && annotations.field(appArmor).present()
                && c.at("securityContext", "appArmorProfile").absent()
                && !says(spec.at("securityContext", "appArmorProfile"), annotation)) {
            warnings.add(annotations.key(appArmor).path()
                    + ": deprecated since v1.30; use the \"appArmorProfile\" field instead");
        }
    }

    /** Whether a profile means what the old annotation says. */
    private static boolean says(Place profile, String annotation) {
        return switch (profile.text("type")) {
            case "RuntimeDefault" -> annotation.equals("runtime/default");
            case "Unconfined" -> annotation.equals("unconfined");
            case "Localhost" -> annotation.equals("localhost/" + profile.text("localhostProfile"));
            default -> false;
        };
    }

    static void fractions(List<String> warnings, Place amounts) {
        fraction(warnings, amounts.key("memory"));
        fraction(warnings, amounts.key("ephemeral-storage"));
    }

    static void fraction(List<String> warnings, Place amount) {
        if (amount.absent()) {
            return;
        }
        try {
            Quantity quantity = Quantity.of(amount.value());
            if (quantity.amount().remainder(BigDecimal.ONE).signum() != 0) {
                warnings.add(amount.path() + ": fractional byte value " + GoQuote.quote(quantity.toString())
                        + " is invalid, must be an integer");
            }
        } catch (QuantityException e) {
            return; // such an amount is refused, so there is nothing to warn of
        }
    }

    private static void environment(List<String> warnings, Place c) {
        Set<String> names = new HashSet<>();
        for (Place variable : c.field("env").items()) {
            String name = variable.text("name");
            String self = "$(" + name + ")";
            String value = variable.text("value");
            boolean extendsOld = variable.field("valueFrom").absent() && !value.equals(self) && value.contains(self);
            if (!names.add(name) && !extendsOld) {
                warnings.add(variable.path() + ": hides previous definition of " + GoQuote.quote(name)
                        + ", which may be dropped when using apply");
            }
        }
    }

    private static void ports(List<String> warnings, List<Place> containers) {
        Map<String, List<Place>> known = new HashMap<>();
        for (Place c : containers) {
            for (Place port : c.field("ports").items()) {
                if (!port.text("hostIP").isEmpty() && port.number("hostPort") == 0) {
                    warnings.add(port.path() + ": hostIP set without hostPort: " + shown(port));
                }
                List<Place> others = known.computeIfAbsent(
                        port.number("containerPort") + "/" + port.text("protocol"), k -> new ArrayList<>());
                for (Place other : others) {
                    String clash = clash(port, other);
                    if (clash != null) {
                        warnings.add(port.path() + ": " + clash + " port definition with " + other.path());
                    }
                }
                others.add(port);
            }
        }
    }

    private static String clash(Place port, Place other) {
        String ip = port.text("hostIP");
        String otherIp = other.text("hostIP");
        long host = port.number("hostPort");
        long otherHost = other.number("hostPort");
        if (ip.equals(otherIp) && host == otherHost) {
            return "duplicate";
        }
        if (host == 0 || otherHost == 0) {
            return "overlapping";
        }
        return host == otherHost && ip.isEmpty() != otherIp.isEmpty() ? "dangerously ambiguous" : null;
    }

    private static String shown(Place port) {
        return "{Name:%s HostPort:%d ContainerPort:%d Protocol:%s HostIP:%s}"
                .formatted(
                        port.text("name"),
                        port.number("hostPort"),
                        port.number("containerPort"),
                        port.text("protocol"),
                        port.text("hostIP"));
    }

    private static void portNames(List<String> warnings, List<Place> containers) {
        Map<String, String> known = new HashMap<>();
        for (Place c : containers) {
            for (Place port : c.field("ports").items()) {
                String name = port.text("name");
                if (name.isEmpty()) {
                    continue;
                }
                String other = known.putIfAbsent(name, port.path());
                if (other != null) {
                    warnings.add(
                            "%s: duplicate port name %s with %s, services and probes that select ports by name will use %s"
                                    .formatted(port.path(), GoQuote.quote(name), other, other));
                }
            }
        }
    }
}
