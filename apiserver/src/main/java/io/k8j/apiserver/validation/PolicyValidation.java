package io.k8j.apiserver.validation;

import io.k8j.apiserver.admission.expression.AdmissionEnvironment;
import io.k8j.apiserver.admission.expression.AdmissionEnvironment.Options;
import io.k8j.apiserver.admission.expression.Program;
import io.k8j.apiserver.admission.policy.PolicyPrograms;
import io.k8j.model.api.FieldError;
import io.k8j.model.cel.FieldNames;
import io.k8j.model.validation.Names;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks admission policies and their bindings; compiles their expressions. */
public final class PolicyValidation {
    private static final Pattern IDENTIFIER = Pattern.compile("[_a-zA-Z][_a-zA-Z0-9]*");
    private static final List<String> CHANGING = List.of("*", "CONNECT", "CREATE", "UPDATE");
    private static final int MOST_ANNOTATIONS = 20;
    private static final int LONGEST_ANNOTATION = 5 * 1024;

    private PolicyValidation() {}

    public static List<FieldError> validating(Map<String, Object> object) {
        return validating(object, Map.of());
    }

    /** @param old whose match conditions are known to be right; empty for a new policy */
    public static List<FieldError> validating(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        Place spec = Place.of(object).field("spec");
        PolicyPrograms programs = policy(f, spec, Place.of(old).field("spec"), false);
        Place validations = spec.field("validations");
        Place annotations = spec.field("auditAnnotations");
        if (validations.isEmpty() && annotations.isEmpty()) {
            f.required(validations, "validations or auditAnnotations must contain at least one item");
            f.required(annotations, "validations or auditAnnotations must contain at least one item");
        }
        for (Place v : validations.items()) validation(f, v, programs);
        if (annotations.size() > MOST_ANNOTATIONS) {
            f.invalid(annotations, "must not have more than " + MOST_ANNOTATIONS + " auditAnnotations");
        }
        Set<String> keys = new HashSet<>();
        String name = Place.of(object).at("metadata", "name").text();
        for (Place a : annotations.items()) {
            annotation(f, a, name, programs);
            if (!keys.add(a.text("key"))) f.duplicate(a.field("key"), a.text("key"));
        }
        return f.list();
    }

    private static void validation(Findings f, Place v, PolicyPrograms programs) {
        Place expression = v.field("expression");
        if (expression.text().isBlank()) {
            f.required(expression, "expression is not specified");
        } else {
            compiled(f, expression, programs.condition(expression.text()));
        }
        Place computed = v.field("messageExpression");
        if (!computed.text().isEmpty() && computed.text().isBlank()) {
            f.invalid(computed, "must be non-empty if specified");
        } else if (!computed.text().isEmpty()) {
            compiled(f, computed, programs.message(computed.text()));
        }
        Place message = v.field("message");
        String text = message.text().strip();
        if (!message.text().isEmpty() && text.isEmpty()) {
            f.invalid(message, "must be non-empty if specified");
        } else if (text.contains("\n") || text.contains("\r")) {
            f.invalid(message, "must not contain line breaks");
        }
        Meta.optionalOneOf(f, v.field("reason"), List.of("Forbidden", "Invalid", "RequestEntityTooLarge"));
    }

    private static void annotation(Findings f, Place a, String policy, PolicyPrograms programs) {
        Place key = a.field("key");
        if (policy.isEmpty()) {
            f.invalid(key, key.text(), "requires metadata.name be non-empty");
        } else {
            Meta.qualifiedName(f, key.with(policy + "/" + key.text()));
        }
        Place value = a.field("valueExpression");
        String text = value.text().strip();
        if (text.isEmpty()) {
            f.required(value, "valueExpression is not specified");
        } else if (Meta.bytes(text) > LONGEST_ANNOTATION) {
            f.required(value, "must not exceed " + LONGEST_ANNOTATION + " bytes in length");
        } else {
            Program program = programs.annotation(text);
            if (program.fault() != null) f.invalid(value, value.text(), program.fault());
        }
    }

    private static void compiled(Findings f, Place expression, Program program) {
        if (program.fault() != null) f.invalid(expression, program.text(), program.fault());
    }

    /** Everything wrong with a write of a policy's status. */
    public static List<FieldError> status(Map<String, Object> object) {
        Findings f = new Findings();
        Place status = Place.of(object).field("status");
        for (Place warning : status.at("typeChecking", "expressionWarnings").items()) {
            if (warning.text("warning").isEmpty()) f.required(warning.field("warning"));
            if (warning.text("fieldRef").isBlank()) f.required(warning.field("fieldRef"));
        }
        ConditionValidation.check(f, status.field("conditions"));
        return f.list();
    }

    public static List<FieldError> mutating(Map<String, Object> object) {
        return mutating(object, Map.of());
    }

    /** @param old whose match conditions are known to be right; empty for a new policy */
    public static List<FieldError> mutating(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        Place spec = Place.of(object).field("spec");
        PolicyPrograms programs = policy(f, spec, Place.of(old).field("spec"), true);
        Place mutations = spec.field("mutations");
        if (mutations.isEmpty()) f.required(mutations, "mutations must contain at least one item");
        for (Place m : mutations.items()) mutation(f, m, programs);
        Meta.requiredOneOf(f, spec.field("reinvocationPolicy"), List.of("IfNeeded", "Never"));
        return f.list();
    }

    private static void mutation(Findings f, Place m, PolicyPrograms programs) {
        Meta.requiredOneOf(f, m.field("patchType"), List.of("ApplyConfiguration", "JSONPatch"));
        String type = m.text("patchType");
        if (!type.equals("JSONPatch") && !type.equals("ApplyConfiguration")) return;
        boolean patch = type.equals("JSONPatch");
        Place own = m.field(patch ? "jsonPatch" : "applyConfiguration");
        Place other = m.field(patch ? "applyConfiguration" : "jsonPatch");
        if (own.absent()) {
            f.required(own, "must be specified when patchType is " + type);
        } else {
            Place expression = own.field("expression");
            String text = expression.text().strip();
            if (text.isEmpty()) f.required(expression);
            else compiled(f, expression, patch ? programs.patch(text) : programs.configuration(text));
        }
        if (other.present()) {
            String name = patch ? "{applyConfiguration}" : "{jsonPatch}";
            f.invalid(other, name, "must not be specified when patchType is " + type);
        }
    }

    /** Policies that change objects cannot do so when they are deleted. */
    private static void changing(Findings f, Place match) {
        Place at = match.at("resourceRules", "operations");
        for (Place rule : match.field("resourceRules").items()) {
            for (String operation : rule.field("operations").texts()) {
                if (!CHANGING.contains(operation)) f.notSupported(at, operation, CHANGING);
            }
        }
    }

    /** What both kinds of policies have; gives the compiler with the policy's variables. */
    private static PolicyPrograms policy(Findings f, Place spec, Place before, boolean changing) {
        Meta.requiredOneOf(f, spec.field("failurePolicy"), List.of("Fail", "Ignore"));
        boolean params = spec.field("paramKind").present();
        if (params) paramKind(f, spec.field("paramKind"));
        Place match = spec.field("matchConstraints");
        if (match.absent()) {
            f.required(match);
        } else {
            matchResources(f, match);
            if (match.field("resourceRules").isEmpty()) f.required(match.field("resourceRules"));
            if (changing) changing(f, match);
        }
        boolean known = before.present()
                && Meta.same(spec.field("paramKind"), before.field("paramKind"))
                && Meta.same(spec.field("matchConditions"), before.field("matchConditions"));
        if (!known && !spec.field("matchConditions").isEmpty()) {
            AdmissionEnvironment conditions = AdmissionEnvironment.of(new Options(params, true, false), null);
            WebhookValidation.matchConditions(
                    f, spec.field("matchConditions"), text -> conditions.compile(text, "bool"));
        }
        PolicyPrograms programs = new PolicyPrograms(spec, false);
        for (Place v : spec.field("variables").items()) variable(f, v, programs);
        return programs;
    }

    private static void variable(Findings f, Place v, PolicyPrograms programs) {
        Place name = v.field("name");
        if (name.text().isBlank()) {
            f.required(name, "name is not specified");
        } else if (!IDENTIFIER.matcher(name.text()).matches() || FieldNames.isReserved(name.text())) {
            f.invalid(name, name.text(), "must be a valid CEL identifier");
        }
        Place expression = v.field("expression");
        if (expression.text().isBlank()) {
            f.required(expression, "expression is not specified");
        } else {
            compiled(f, expression, programs.variable(name.text(), expression.text()));
        }
    }

    private static void paramKind(Findings f, Place kind) {
        Place version = kind.field("apiVersion");
        String[] parts = version.text().split("/", -1);
        if (version.text().isEmpty()) {
            f.required(version);
        } else if (parts.length > 2) {
            f.invalid(version, version.text(), "unexpected GroupVersion string: " + version.text());
        } else {
            String group = parts.length == 2 ? parts[0] : "";
            String number = parts[parts.length - 1];
            joined(f, version, group, group.isEmpty() ? List.of() : Names.dns1123Subdomain(group), "");
            if (number.isEmpty()) {
                f.invalid(version, version.text(), "version must be specified");
            } else {
                joined(f, version, number, Names.dns1035Label(number), "");
            }
        }
        Place name = kind.field("kind");
        if (name.text().isEmpty()) {
            f.required(name);
        } else {
            joined(
                    f,
                    name,
                    name.text(),
                    Names.dns1035Label(name.text().toLowerCase(Locale.ROOT)),
                    "may have mixed case, but should otherwise match: ");
        }
    }

    private static void joined(Findings f, Place at, String value, List<String> faults, String words) {
        if (!faults.isEmpty()) f.invalid(at, value, words + String.join(",", faults));
    }

    private static void matchResources(Findings f, Place match) {
        Meta.requiredOneOf(f, match.field("matchPolicy"), List.of("Equivalent", "Exact"));
        for (String selector : List.of("namespaceSelector", "objectSelector")) {
            if (match.field(selector).absent()) {
                f.required(match.field(selector));
            } else {
                LabelSelectorValidation.check(f, match.field(selector));
            }
        }
        for (String list : List.of("resourceRules", "excludeResourceRules")) {
            for (Place rule : match.field(list).items()) {
                Set<String> names = new HashSet<>();
                for (Place name : rule.field("resourceNames").items()) {
                    f.invalid(name, name.text(), segment(name.text()));
                    if (!names.add(name.text())) f.duplicate(name, name.text());
                }
                WebhookValidation.rule(f, rule);
            }
        }
    }

    /** What keeps a text from being one segment of a path. */
    private static List<String> segment(String text) {
        if (text.equals(".") || text.equals("..")) return List.of("may not be '" + text + "'");
        List<String> bad = new java.util.ArrayList<>();
        for (String part : List.of("/", "%")) if (text.contains(part)) bad.add("may not contain '" + part + "'");
        return bad;
    }

    public static List<FieldError> binding(Map<String, Object> object, boolean validating) {
        Findings f = new Findings();
        Place spec = Place.of(object).field("spec");
        if (spec.text("policyName").isEmpty()) {
            f.required(spec.field("policyName"));
        } else {
            Meta.dnsSubdomain(f, spec.field("policyName"));
        }
        if (spec.field("paramRef").present()) paramRef(f, spec.field("paramRef"));
        Place match = spec.field("matchResources");
        if (match.present()) matchResources(f, match);
        if (!validating) changing(f, match);
        if (validating) actions(f, spec.field("validationActions"));
        return f.list();
    }

    private static void paramRef(Findings f, Place ref) {
        Place name = ref.field("name");
        boolean both = !name.text().isEmpty() && ref.field("selector").present();
        if (!name.text().isEmpty()) {
            f.invalid(name, name.text(), segment(name.text()));
            if (both) f.forbidden(name, "name and selector are mutually exclusive");
        }
        if (ref.field("selector").present()) {
            LabelSelectorValidation.check(f, ref.field("selector"));
            if (both) f.forbidden(ref.field("selector"), "name and selector are mutually exclusive");
        }
        if (name.text().isEmpty() && ref.field("selector").absent()) {
            f.required(ref, "one of name or selector must be specified");
        }
        Place action = ref.field("parameterNotFoundAction");
        if (action.text().isEmpty()) {
            f.required(action);
        } else {
            Meta.oneOf(f, action, List.of("Deny", "Allow"));
        }
    }

    private static void actions(Findings f, Place actions) {
        Set<String> seen = new HashSet<>();
        for (Place action : actions.items()) {
            Meta.oneOf(f, action, List.of("Audit", "Deny", "Warn"));
            if (!seen.add(action.text())) f.duplicate(action, action.text());
        }
        if (seen.contains("Deny") && seen.contains("Warn")) {
            f.invalid(
                    actions,
                    "must not contain both Deny and Warn (repeating the same validation failure information in the API"
                            + " response and headers serves no purpose)");
        }
        if (actions.isEmpty()) f.required(actions, "at least one validation action is required");
    }
}
