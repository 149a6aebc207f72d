package io.k8j.apiserver.admission.policy;

import io.k8j.apiserver.admission.AdmissionServices;
import io.k8j.apiserver.admission.Ask;
import io.k8j.apiserver.admission.Reinvocation;
import io.k8j.apiserver.admission.expression.Conditions.Verdict;
import io.k8j.apiserver.admission.expression.Evaluation;
import io.k8j.apiserver.admission.expression.RequestView;
import io.k8j.apiserver.admission.policy.MutatingPolicy.FailedException;
import io.k8j.apiserver.admission.policy.MutatingPolicy.Mutation;
import io.k8j.apiserver.admission.policy.Params.ConfigurationException;
import io.k8j.apiserver.admission.policy.Policies.Binding;
import io.k8j.apiserver.admission.policy.Policies.Bound;
import io.k8j.apiserver.admission.webhook.Matching;
import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.cel.Limits;
import io.k8j.model.cel.Values;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.schema.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Changes new objects as policies in CEL say, one after the other. If one did, all steps run a second round, in which
 * those that want it run again.
 */
public final class MutatingPolicies implements AdmissionPlugin {
    private final AdmissionServices services;
    private final Policies<MutatingPolicy> policies;

    /** Keeps the policies' notes apart from those of webhooks. */
    private static final class Notes extends Reinvocation {}

    public MutatingPolicies(AdmissionServices services) {
        this.services = services;
        this.policies = new Policies<>(services.reader(), "mutating", MutatingPolicy::of);
    }

    @Override
    public String name() {
        return "MutatingAdmissionPolicy";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        return !Matching.isExempt(request) && !policies.bound().isEmpty();
    }

    @Override
    public void mutate(AdmissionRequest request) {
        Run run = new Run(request);
        List<Invocation> invocations = new ArrayList<>();
        for (Bound<MutatingPolicy> bound : policies.bound()) run.collect(bound, invocations);
        if (!invocations.isEmpty()) {
            run.notes.begin(request);
            for (Invocation invocation : invocations) run.invoke(invocation);
            run.close();
            run.notes.end(request);
        }
        if (run.refusal != null) throw run.refusal;
    }

    /** A policy with a binding and parameters that a request is to be changed by. */
    private record Invocation(Bound<MutatingPolicy> bound, Binding binding, ApiObject param, Matching.As as) {
        String uid() {
            String of = param == null ? "" : param.namespace() + "/" + param.name();
            return bound.policy().name() + "/" + binding.name() + "/" + of;
        }
    }

    /** One round of all policies over one request. */
    private final class Run {
        private final AdmissionRequest request;
        private final RequestView view;
        private final Notes notes;
        private Map<String, Object> object;
        private GroupVersionKind kind;
        private boolean dirty;
        private ApiException refusal;

        Run(AdmissionRequest request) {
            this.request = request;
            this.view = new RequestView(request, services);
            this.notes = request.rounds().note(Notes.class, Notes::new);
        }

        void collect(Bound<MutatingPolicy> bound, List<Invocation> invocations) {
            var policy = bound.policy();
            Matching.As as;
            GroupVersionResource params;
            try {
                as = policy.constraints().match(request, services);
                if (as == null) return;
                params = Params.resource(policy, services);
            } catch (ApiException | ConfigurationException e) {
                refuse(bound, null, "failed to configure policy: " + e.getMessage(), "Forbidden");
                return;
            }
            for (Binding binding : bound.bindings()) {
                try {
                    if (binding.constraints().match(request, services) == null) continue;
                    for (ApiObject param : Params.find(params, binding, request, services)) {
                        invocations.add(new Invocation(bound, binding, param, as));
                    }
                } catch (ApiException | ConfigurationException e) {
                    refuse(bound, binding, "failed to configure binding: " + e.getMessage(), "Forbidden");
                }
            }
        }

        void invoke(Invocation invocation) {
            MutatingPolicy policy = invocation.bound.policy().ready().get();
            if (!holds(invocation, policy)) return;
            if (request.rounds().isSecond() && !notes.isWanted(invocation.uid())) return;
            Map<String, Object> before = in(invocation.as);
            if (before != null) {
                for (Mutation mutation : policy.mutations()) change(invocation, policy, mutation);
                if (!Trees.deepEquals(before, object)) {
                    dirty = true;
                    notes.changed();
                    request.rounds().again();
                }
            }
            if (policy.isAskedAgain()) notes.asked(invocation.uid());
        }

        private boolean holds(Invocation invocation, MutatingPolicy policy) {
            if (policy.conditions().programs().isEmpty()) return true;
            var evaluation =
                    new Evaluation(values(invocation, false), policy.variables(), Limits.MATCH_CONDITIONS_BUDGET);
            return switch (policy.conditions().evaluate(evaluation)) {
                case Verdict.Match match -> true;
                case Verdict.NoMatch no -> false;
                case Verdict.Failed(String message) -> {
                    refuse(invocation.bound, invocation.binding, message, "Invalid");
                    yield false;
                }
            };
        }

        private void change(Invocation invocation, MutatingPolicy policy, Mutation mutation) {
            String name = invocation.bound.policy().name();
            long start = services.time().nanoTime();
            try {
                Schema schema = services.versions().schema(kind);
                if (schema == null) {
                    throw new ApiException(
                            503,
                            "ServiceUnavailable",
                            ("Resource kind %s/%s, Kind=%s not found. There can be a delay between when"
                                            + " CustomResourceDefinitions are created and when they are available.")
                                    .formatted(kind.group(), kind.version(), kind.kind()),
                            null);
                }
                Map<String, Object> changed = policy.apply(mutation, object, values(invocation, true), schema);
                object = services.versions().convert(decoded(changed, mutation.patch()), kind);
                services.metrics()
                        .mutation(
                                name,
                                invocation.binding.name(),
                                "no_error",
                                services.time().nanoTime() - start);
            } catch (FailedException e) {
                long took = services.time().nanoTime() - start;
                services.metrics().mutation(name, invocation.binding.name(), e.errorType(), took);
                refuse(invocation.bound, invocation.binding, e.getMessage(), "Invalid");
            }
        }

        // A configuration was checked against the schema; operations may have added anything.
        private Map<String, Object> decoded(Map<String, Object> changed, boolean strictly) {
            try {
                return strictly
                        ? services.versions().decodeStrictly(changed, kind)
                        : services.versions().decode(changed, kind);
            } catch (ApiException e) {
                String as = " cannot be handled as a " + kind.kind() + ": ";
                int why = e.getMessage().indexOf(as); // upstream says only what the decoder says
                throw ApiException.internal(
                        why < 0 ? e.getMessage() : e.getMessage().substring(why + as.length()));
            }
        }

        private Map<String, Object> values(Invocation invocation, boolean withNamespace) {
            Map<String, Object> values = view.values(invocation.as, in(invocation.as), withNamespace);
            values.put("params", Values.ofTree(invocation.param == null ? null : invocation.param.tree()));
            view.addAuthorizer(values);
            return values;
        }

        /** The new object in the version that a policy sees; null if there is none. */
        private Map<String, Object> in(Matching.As as) {
            if (request.object() == null) return null;
            if (object == null || !as.kind().equals(kind)) {
                object = services.versions().convert(object == null ? request.object() : object, as.kind());
                kind = as.kind();
            }
            return object;
        }

        /** Gives what came out to the steps that follow; others hold the object, so it is filled anew. */
        void close() {
            if (!dirty) return;
            Object version = request.object().get("apiVersion");
            boolean stored = version == null || version.equals(object.get("apiVersion"));
            Map<String, Object> result = stored
                    ? object
                    : services.versions().convert(object, GroupVersionKind.of(version.toString(), kind.kind()));
            request.object().clear();
            request.object().putAll(result);
        }

        /** Refuses the request in the end, unless the policy lets failures pass; causes name all refusals. */
        private void refuse(Bound<MutatingPolicy> bound, Binding binding, String why, String reason) {
            if (bound.policy().ignoresFailures()) return;
            String name = bound.policy().name();
            String who = binding == null
                    ? "policy \"" + name + "\""
                    : "policy '" + name + "' with binding '" + binding.name() + "'";
            String message = who + " denied request: " + why;
            Map<String, Object> details = new LinkedHashMap<>(
                    refusal == null ? Ask.forbidden(request, message).details() : refusal.details());
            List<Object> causes = new ArrayList<>(Trees.list(details, "causes"));
            causes.add(new LinkedHashMap<>(Map.of("message", message)));
            details.put("causes", causes);
            refusal = refusal == null
                    ? new ApiException(403, reason, message, details)
                    : new ApiException(403, refusal.reason(), refusal.getMessage(), details);
        }
    }
}
