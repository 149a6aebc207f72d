/**
 * What unmodified kubectl prints, command by command, on a cluster in the test's JVM: the facts that upstream checks with
 * the shell scripts of its {@code test/cmd}, told in our own words.
 *
 * <p>{@code commands/*.txt} has them, one file for each topic, one {@link io.k8j.e2e.commands.Scenario} for each heading.
 * {@link io.k8j.e2e.commands.ScenarioReader} reads a file, {@link io.k8j.e2e.commands.PrintedByKubectlIT} carries its commands
 * out in order, {@link io.k8j.e2e.commands.Expected} compares what they print. The form:
 *
 * <pre>{@code
 * ## A sentence that says what the scenario shows
 * @ pod.yaml                      a file for the commands; ends at a line with nothing but @
 * kind: Pod
 * @
 * $ kubectl create -f pod.yaml    a command; below it all that it prints, until the next empty line or command
 * pod/web created
 * $~ kubectl get pod web -o name  is repeated until it prints this
 * pod/web
 * $ kubectl get pod other
 * ! Error from server (NotFound): pods "other" not found    a line of stderr
 * [1]                             the exit code, unless it is 0
 * }</pre>
 *
 * {@code <*>} stands for any characters within a line, a line {@code ...} (or {@code ! ...}) for any lines. Empty lines
 * do not count, and gaps between columns have any width. {@code $NS} is the scenario's namespace, also in files, and
 * {@code $NODE} the cluster's node. Files before the first heading are there in all scenarios.
 */
package io.k8j.e2e.commands;
