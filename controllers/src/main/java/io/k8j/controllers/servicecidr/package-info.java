/**
 * The life of ServiceCIDRs: {@link io.k8j.controllers.servicecidr.ServiceCidrController} marks new ones as ready and
 * holds those back that are about to go while Services still have addresses of theirs;
 * {@link io.k8j.controllers.servicecidr.CidrSet} decides that.
 */
package io.k8j.controllers.servicecidr;
