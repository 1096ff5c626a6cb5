/** Brings the style of all screens but the first, once one of them is wanted. */
import './styles/more.css';
