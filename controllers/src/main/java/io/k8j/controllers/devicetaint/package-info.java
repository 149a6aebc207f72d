/**
 * Ends Pods whose devices their drivers have tainted with {@code NoExecute}.
 *
 * <ol>
 *   <li>{@link io.k8j.controllers.devicetaint.DeviceTaintController} queues the claims that have devices of a changed slice.
 *   <li>{@code DeviceTaints} decides until when a claim's devices are tolerated.
 *   <li>When that time has come, the Pods that the claim is reserved for are deleted.
 * </ol>
 */
package io.k8j.controllers.devicetaint;
