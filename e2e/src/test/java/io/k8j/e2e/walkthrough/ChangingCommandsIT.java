package io.k8j.e2e.walkthrough;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.e2e.kubectl.Result;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Part A, the commands that change what is there: apply, diff, replace, patch and edit. They need no Pod. */
@ParameterizedClass
@MethodSource("kubectls")
class ChangingCommandsIT extends Walkthrough {
    @Test
    @Order(130)
    void applyKeepsWhatOthersSet() {
        apply("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ap}\ndata: {a: '1', b: '2'}\n")
                .prints("configmap/ap created");
        run("kubectl patch cm ap --type=merge -p '{\"data\":{\"c\":\"3\"}}'").prints("configmap/ap patched");
        apply("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ap}\ndata: {a: '9'}\n")
                .prints("configmap/ap configured");
        run("kubectl get cm ap -o jsonpath='{.data}'").prints("{\"a\":\"9\",\"c\":\"3\"}");
        apply("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ap}\ndata: {a: '9'}\n")
                .prints("configmap/ap unchanged");
    }

    @Test
    @Order(140)
    void diffShowsWhatApplyWouldChange() {
        Result diff = shell().runWithInput(
                        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ap}\ndata: {a: '10'}\n",
                        "kubectl diff -f -");
        assertThat(diff.exit()).as(diff.toString()).isEqualTo(1);
        assertThat(diff.stdout()).contains("-  a: \"9\"", "+  a: \"10\"");
    }

    @Test
    @Order(150)
    void serverSideApplyNamesManagerAndFieldsOfAConflict() {
        String mine = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ssa}\ndata: {a: '1'}\n";
        shell().runWithInput(mine, "kubectl apply --server-side --field-manager=m1 -f -")
                .prints("configmap/ssa serverside-applied");
        String theirs = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ssa}\ndata: {a: '2'}\n";
        shell().runWithInput(theirs, "kubectl apply --server-side --field-manager=m2 -f -")
                .failsMentioning("Apply failed with 1 conflict: conflict with \"m1\": .data.a");
        shell().runWithInput(theirs, "kubectl apply --server-side --field-manager=m2 --force-conflicts -f -")
                .prints("configmap/ssa serverside-applied");
        run("kubectl get cm ssa -o jsonpath='{.data.a}'").prints("2");
    }

    @Test
    @Order(160)
    void applyBuildsKustomizations() {
        Result applied = run("kubectl apply -k kustomize").succeeds();
        assertThat(applied.stdout())
                .containsPattern("configmap/kust-settings-[a-z0-9]+ created")
                .contains("configmap/kust-plain created");
        assertThat(run("kubectl get cm -l made-by=kustomize -o name").succeeds().lines())
                .hasSize(2);
    }

    @Test
    @Order(170)
    void replaceAndAllPatchTypesChangeObjects() {
        run("kubectl create cm later --from-literal=x=y").prints("configmap/later created");
        shell().runWithInput(
                        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: later}\ndata: {x: z}\n",
                        "kubectl replace -f -")
                .prints("configmap/later replaced");
        run("kubectl patch cm later -p '{\"data\":{\"s\":\"1\"}}'").prints("configmap/later patched");
        run("kubectl patch cm later --type=merge -p '{\"data\":{\"x\":null}}'").prints("configmap/later patched");
        run("kubectl patch cm later --type=json -p '[{\"op\":\"add\",\"path\":\"/data/j\",\"value\":\"2\"}]'")
                .prints("configmap/later patched");
        run("kubectl get cm later -o jsonpath='{.data}'").prints("{\"j\":\"2\",\"s\":\"1\"}");
        run("kubectl patch cm later --type=json -p '[{\"op\":\"test\",\"path\":\"/data/j\",\"value\":\"3\"}]'")
                .failsMentioning("The request is invalid");
        run("kubectl patch cm nope -p '{}'").failsWith("Error from server (NotFound): configmaps \"nope\" not found");
    }

    @Test
    @Order(180)
    void strictValidationNamesUnknownFields() {
        shell().runWithInput(
                        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: typo}\ndatta: {x: y}\n",
                        "kubectl create -f -")
                .failsMentioning("strict decoding error: unknown field \"datta\"");
        shell().runWithInput(
                        "apiVersion: apps/v1\n"
                                + "kind: DaemonSet\n"
                                + "metadata: {name: f}\n"
                                + "spec: {selector: {matchLables: {a: b}}, template: {metadata: {labels: {a: b}}, spec:"
                                + " {containers: [{name: c, image: x}]}}}\n",
                        "kubectl create -f -")
                .failsMentioning("unknown field \"spec.selector.matchLables\"");
        shell().runWithInput(
                        "apiVersion: v1\nkind: Pod\nmetadata: {name: Bad_Name}\nspec: {containers: []}\n",
                        "kubectl create -f -")
                .failsMentioning("The Pod \"Bad_Name\" is invalid", "spec.containers: Required value");
        shell().runWithInput("{bad: [", "kubectl create -f -").failsMentioning("error parsing");
    }

    @Test
    @Order(190)
    void editAppliesTheEditorsChange() {
        write("editor.sh", "#!/bin/sh\nsed -i 's/  s: \"1\"/  s: edited/' \"$1\"\n");
        run("chmod +x editor.sh && EDITOR=./editor.sh kubectl edit cm later").prints("configmap/later edited");
        run("kubectl get cm later -o jsonpath='{.data.s}'").prints("edited");
        write("bad-editor.sh", "#!/bin/sh\nsed -i 's/^kind: ConfigMap/kind: ConfigMap\\nnope: true/' \"$1\"\n");
        Result bad = run("chmod +x bad-editor.sh && EDITOR=./bad-editor.sh kubectl edit cm later");
        assertThat(bad.exit()).as(bad.toString()).isEqualTo(1);
        assertThat(bad.stderr()).contains("configmaps \"later\" is invalid");
        // The reason stands in the copy that the editor was shown again.
        String copy = bad.stderr().replaceAll("(?s).*stored to \"([^\"]+)\".*", "$1");
        run("cat " + copy + " && rm " + copy).mentions("unknown field \"nope\"");
        assertThat(run("EDITOR=true kubectl edit cm later").succeeds().stderr())
                .contains("Edit cancelled, no changes made.");
    }
}
