package io.k8j.apiserver.validation;

import io.k8j.model.validation.Names;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks the security settings of Pods and containers. */
final class SecurityContextValidation {
    private static final List<String> PROFILE_TYPES = List.of("Localhost", "RuntimeDefault", "Unconfined");
    private static final String SYSCTL_SEGMENT = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
    private static final String SYSCTL = "(" + SYSCTL_SEGMENT + "[\\./])*" + SYSCTL_SEGMENT;
    private static final Pattern SYSCTL_PATTERN = Pattern.compile(SYSCTL);
    private static final int PROFILE_LIMIT = 4095;
    private static final int SYSCTL_LIMIT = 253;

    private SecurityContextValidation() {}

    static void container(Findings f, Place context, boolean hostUsers) {
        if (context.absent()) {
            return;
        }
        id(f, context.field("runAsUser"));
        id(f, context.field("runAsGroup"));
        Place proc = context.field("procMount");
        if (proc.present()) {
            Meta.oneOf(f, proc, List.of("Default", "Unmasked"));
            if (hostUsers && proc.text().equals("Unmasked")) {
                f.invalid(proc, "`hostUsers` must be false to use `Unmasked`");
            }
        }
        seccomp(f, context.field("seccompProfile"));
        escalation(f, context);
        WindowsValidation.options(f, context.field("windowsOptions"));
        appArmor(f, context.field("appArmorProfile"));
    }

    private static void escalation(Findings f, Place context) {
        if (!Boolean.FALSE.equals(context.field("allowPrivilegeEscalation").value())) {
            return;
        }
        if (context.isTrue("privileged")) {
            f.invalid(
                    context, shown(context), "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
        }
        for (String capability : context.at("capabilities", "add").texts()) {
            if (capability.equals("CAP_SYS_ADMIN")) {
                f.invalid(
                        context,
                        shown(context),
                        "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
            }
        }
    }

    private static Object shown(Place context) {
        Map<String, Object> shown = GoStruct.of(
                context,
                "capabilities",
                "privileged",
                "seLinuxOptions",
                "windowsOptions",
                "runAsUser",
                "runAsGroup",
                "runAsNonRoot",
                "readOnlyRootFilesystem",
                "allowPrivilegeEscalation",
                "procMount",
                "seccompProfile",
                "appArmorProfile");
        if (context.field("capabilities").present()) {
            shown.put("Capabilities", GoStruct.of(context.field("capabilities"), "add", "drop"));
        }
        for (String profile : List.of("seccompProfile", "appArmorProfile")) {
            Place given = context.field(profile);
            if (given.absent()) continue;
            String name = profile.equals("seccompProfile") ? "SeccompProfile" : "AppArmorProfile";
            shown.put(name, InternalForm.of(name, given.value()));
        }
        return shown;
    }

    static void pod(Findings f, Place spec) {
        Place context = spec.field("securityContext");
        if (context.absent()) {
            return;
        }
        id(f, context.field("fsGroup"));
        id(f, context.field("runAsUser"));
        id(f, context.field("runAsGroup"));
        context.field("supplementalGroups").items().forEach(group -> id(f, group));
        if (spec.isTrue("shareProcessNamespace") && spec.isTrue("hostPID")) {
            f.invalid(
                    context.field("shareProcessNamespace"),
                    true,
                    "ShareProcessNamespace and HostPID cannot both be enabled");
        }
        sysctls(f, context.field("sysctls"), spec);
        Meta.optionalOneOf(f, context.field("fsGroupChangePolicy"), List.of("Always", "OnRootMismatch"));
        seccomp(f, context.field("seccompProfile"));
        WindowsValidation.options(f, context.field("windowsOptions"));
        appArmor(f, context.field("appArmorProfile"));
        Meta.optionalOneOf(f, context.field("supplementalGroupsPolicy"), List.of("Merge", "Strict"));
        Meta.optionalOneOf(f, context.field("seLinuxChangePolicy"), List.of("Recursive"));
    }

    private static void id(Findings f, Place id) {
        if (id.present()) {
            f.invalid(id, id.value(), Names.inRange(id.number(0), 0, Integer.MAX_VALUE));
        }
    }

    private static void sysctls(Findings f, Place sysctls, Place spec) {
        Set<String> names = new HashSet<>();
        for (Place sysctl : sysctls.items()) {
            Place name = sysctl.field("name");
            if (name.text().isEmpty()) {
                f.required(name);
            } else if (name.text().length() > SYSCTL_LIMIT
                    || !SYSCTL_PATTERN.matcher(name.text()).matches()) {
                f.invalid(
                        name,
                        name.text(),
                        "must have at most " + SYSCTL_LIMIT + " characters and match regex ^" + SYSCTL + "$");
            } else if (names.contains(name.text())) {
                f.duplicate(name, name.text());
            }
            String plain = name.text().replace('/', '.');
            boolean ipc = plain.startsWith("kernel.shm")
                    || plain.startsWith("kernel.msg")
                    || plain.startsWith("fs.mqueue.")
                    || plain.equals("kernel.sem");
            if (spec.isTrue("hostNetwork") && plain.startsWith("net.")) {
                f.invalid(name, name.text(), "may not be specified when 'hostNetwork' is true");
            } else if (spec.isTrue("hostIPC") && ipc) {
                f.invalid(name, name.text(), "may not be specified when 'hostIPC' is true");
            }
            names.add(name.text());
        }
    }

    static void seccomp(Findings f, Place profile) {
        if (profile.absent()) {
            return;
        }
        Place type = profile.field("type");
        if (type.text().isEmpty()) {
            f.required(type, "type is required when seccompProfile is set");
        } else {
            Meta.oneOf(f, type, PROFILE_TYPES);
        }
        Place local = profile.field("localhostProfile");
        if (type.text().equals("Localhost")) {
            if (local.absent()) {
                f.required(local, "must be set when seccomp type is Localhost");
            } else {
                PathValidation.localDescending(f, local);
            }
        } else if (local.present()) {
            f.invalid(
                    local,
                    GoStruct.of(profile, "type=", "localhostProfile"),
                    "can only be set when seccomp type is Localhost");
        }
    }

    static void appArmor(Findings f, Place profile) {
        if (profile.absent()) {
            return;
        }
        Place local = profile.field("localhostProfile");
        switch (profile.text("type")) {
            case "Localhost" -> {
                if (local.absent() || local.text().isEmpty()) {
                    f.required(local, "must be set when AppArmor type is Localhost");
                } else if (!local.text().strip().equals(local.text())) {
                    f.invalid(local, "must not be padded with whitespace");
                }
                if (local.text().length() > PROFILE_LIMIT) {
                    f.tooLong(local, PROFILE_LIMIT);
                }
            }
            case "RuntimeDefault", "Unconfined" -> {
                if (local.present()) {
                    f.invalid(local, "can only be set when AppArmor type is Localhost");
                }
            }
            case "" -> f.required(profile.field("type"), "type is required when appArmorProfile is set");
            default -> f.notSupported(profile.field("type"), profile.text("type"), PROFILE_TYPES);
        }
    }
}
