/** Characters of the shortest secret that can be removed by value: shorter ones would blank out too much of every text, and in Base64 nothing sure is left of them. */
export const SHORTEST_SECRET = 4;
