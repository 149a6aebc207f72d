/**
 * The lives of simulated objects, described by kwok's Stages.
 *
 * <ol>
 *   <li>{@link io.k8j.kubelet.stage.StageReader} makes {@link io.k8j.kubelet.stage.Stage}s of YAML; a mistake is told with
 *       source, line and field.
 *   <li>{@link io.k8j.kubelet.stage.StageChoice} finds the stage that an object takes next, by {@link
 *       io.k8j.kubelet.stage.Jq} queries and by weight, and after how long.
 *   <li>{@code io.k8j.kubelet.fleet} waits for so long and carries the stage's steps out.
 * </ol>
 *
 * @see <a href="https://kwok.sigs.k8s.io/docs/user/stages-configuration/">kwok's stages</a>
 */
package io.k8j.kubelet.stage;
