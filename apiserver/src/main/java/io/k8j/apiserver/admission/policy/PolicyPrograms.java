package io.k8j.apiserver.admission.policy;

import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import io.k8j.apiserver.admission.expression.AdmissionEnvironment;
import io.k8j.apiserver.admission.expression.AdmissionEnvironment.Options;
import io.k8j.apiserver.admission.expression.Conditions;
import io.k8j.apiserver.admission.expression.Program;
import io.k8j.apiserver.validation.Place;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Compiles the expressions of a policy. A variable is known to those after it.
 *
 * <p>Used by one thread.
 */
public final class PolicyPrograms {
    private final boolean params;
    private final Map<String, Program> variables = new LinkedHashMap<>();
    private final Map<String, CelType> types = new LinkedHashMap<>();
    private final boolean named; // whether expressions know of variables at all
    private AdmissionEnvironment environment;
    private AdmissionEnvironment messages;
    private AdmissionEnvironment mutations;

    /** @param spec of the policy; its variables are compiled at once */
    public PolicyPrograms(Place spec) {
        this(spec, true);
    }

    /** @param withVariables false if the caller adds them one by one, to tell what is wrong with each */
    public PolicyPrograms(Place spec, boolean withVariables) {
        this.params = spec.field("paramKind").present();
        this.named = !spec.field("variables").isEmpty();
        if (!withVariables) return;
        for (Place variable : spec.field("variables").items()) {
            variable(variable.text("name"), variable.text("expression"));
        }
    }

    /** Compiles a variable and adds it. */
    public Program variable(String name, String expression) {
        Program program = environment().compile(expression);
        variables.put(name, program);
        types.put(name, program.type() == null ? SimpleType.DYN : program.type());
        environment = null;
        return program;
    }

    /** The variables so far, in their order. */
    Map<String, Program> variables() {
        return variables;
    }

    private AdmissionEnvironment environment() {
        if (environment == null)
            environment = AdmissionEnvironment.of(new Options(params, true, false), named ? types : null);
        return environment;
    }

    /** A condition or validation. */
    public Program condition(String expression) {
        return environment().compile(expression, "bool");
    }

    /** A message. It cannot ask the authorizer. */
    public Program message(String expression) {
        if (messages == null)
            messages = AdmissionEnvironment.of(new Options(params, false, false), named ? types : null);
        return messages.compile(expression, "string");
    }

    /** The value of an audit annotation. */
    public Program annotation(String expression) {
        return environment().compile(expression, "string", "null_type");
    }

    /** A mutation by JSON patch. */
    public Program patch(String expression) {
        return mutations().compile(expression, "list(JSONPatch)");
    }

    /** A mutation by apply configuration. */
    public Program configuration(String expression) {
        return mutations().compile(expression, "Object");
    }

    private AdmissionEnvironment mutations() {
        if (mutations == null)
            mutations = AdmissionEnvironment.of(new Options(params, true, true), named ? types : null);
        return mutations;
    }

    /** The match conditions of the policy. */
    Conditions conditions(Place spec) {
        return new Conditions(spec.field("matchConditions").items().stream()
                .map(c -> condition(c.text("expression")))
                .toList());
    }
}
