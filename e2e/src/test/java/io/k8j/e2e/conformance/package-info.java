/**
 * What upstream's conformance suite checks, and the tests that show it.
 *
 * <ol>
 *   <li>{@code conformance/behaviours.tsv}, read by {@link io.k8j.e2e.conformance.Behaviour}, lists the behaviours: id,
 *       area, what happens, and the reason why no test shows it.
 *   <li>A test that shows one does upstream's steps with upstream's assertions and carries {@link
 *       io.k8j.e2e.conformance.Conformance} with its id; the line's reason is then removed. Any test class of this module
 *       may do so: classes named {@code …Test} use clusters in the test's JVM, those named {@code …IT} real containers.
 *   <li>{@link io.k8j.e2e.conformance.ShownBehaviours} finds these tests among the compiled classes, {@link
 *       io.k8j.e2e.conformance.ConformancePage} makes {@code docs/conformance.md} of list and tests, and {@code
 *       ConformanceDocTest} compares: every line has tests or a reason, never both and never neither. With {@code
 *       -Dk8j.conformance.write=true} it writes the page.
 * </ol>
 */
package io.k8j.e2e.conformance;
